// The installation's past and present work: numbers, and the last thirty days.
import { usePipelines, useStats } from '../api/queries'
import type { StatsAnswer } from '../api/schema'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { BarChart } from '../ui/BarChart'
import { Button, ButtonLink, Empty, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './DashboardPage.module.css'
import { bar, dayNames, ended, totals, untouched } from './dashboard'

export default function DashboardPage() {
  const { t } = useWords()
  useTitle(t('nav.dashboard'))
  const stats = useStats()
  return (
    <div className={styles.dashboard}>
      <h1>{t('nav.dashboard')}</h1>
      {stats.isError && !stats.data && (
        <Notice
          kind="error"
          title={t('stats.gone')}
          action={<Button onPress={() => stats.refetch()}>{t('again')}</Button>}
        >
          {t('again.itself')}
        </Notice>
      )}
      {stats.isPending && <Waiting />}
      {stats.data && <Numbers stats={stats.data} />}
      {stats.data &&
        (untouched(stats.data) ? (
          <Empty
            title={t('stats.none')}
            action={
              <ButtonLink kind="primary" to="/">
                {t('nav.drop')}
              </ButtonLink>
            }
          >
            {t('stats.noneText')}
          </Empty>
        ) : (
          <Charts stats={stats.data} />
        ))}
    </div>
  )
}

function Numbers({ stats }: { stats: StatsAnswer }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const lasting = (seconds: number | null) => (seconds ? quantities.duration(seconds) : '–')
  const numbers = [
    ['stats.processed', quantities.number(stats.total_jobs_processed)],
    ['stats.today', quantities.number(stats.total_jobs_today)],
    ['stats.queue', quantities.number(stats.jobs_in_queue)],
    ['stats.users', quantities.number(stats.unique_users)],
    ['stats.average', lasting(stats.average_processing_time_seconds)],
    ['stats.stored', quantities.bytes(stats.stored_bytes)],
    ['stats.uptime', lasting(stats.uptime_hours * 3600)],
  ] as const
  return (
    <dl className={styles.numbers}>
      {numbers.map(([key, value]) => (
        <div key={key}>
          <dt>{t(key)}</dt>
          <dd className="number">{value}</dd>
        </div>
      ))}
    </dl>
  )
}

function Charts({ stats }: { stats: StatsAnswer }) {
  const { t, said, language } = useWords()
  const quantities = useQuantities()
  const pipelines = usePipelines()
  const titleOf = (name: string) =>
    said('pipeline', name, pipelines.data?.find((one) => one.name === name)?.title ?? name)
  const named = dayNames(language)
  const all = totals(stats.days)
  const count = all.completed + all.failed + all.cancelled
  return (
    <>
      <section>
        <BarChart
          title={t('stats.days')}
          unit={t('stats.daysUnit')}
          of={t('stats.day')}
          bars={stats.days.map((day) => bar(named(day), ended(day)))}
          series={[
            { name: t('state.completed'), tone: 'good' },
            { name: t('state.failed'), tone: 'bad' },
            { name: t('state.cancelled'), tone: 'calm' },
          ]}
          whole
          upright
        />
        <p className={`${styles.text} number`}>{t('stats.daysText', { count, ...all })}</p>
      </section>
      <div className={styles.pair}>
        <section>
          {stats.pipelines.length > 0 ? (
            <BarChart
              title={t('stats.times')}
              unit={t('stats.seconds')}
              of={t('pipeline')}
              bars={stats.pipelines.map((one) => ({
                name: `${titleOf(one.pipeline)} (${quantities.number(one.jobs)})`,
                value: one.average_processing_time_seconds,
              }))}
            />
          ) : (
            <Nothing title={t('stats.times')}>{t('stats.timesNone')}</Nothing>
          )}
        </section>
        <section>
          {stats.errors.length > 0 ? (
            <BarChart
              title={t('stats.errors')}
              unit={t('stats.errorsUnit')}
              of={t('stats.error')}
              bars={stats.errors.map((one) =>
                bar(said('error', one.code, one.code.replaceAll('_', ' ')), [one.jobs, one.files]),
              )}
              series={[
                { name: t('stats.errorJobs'), tone: 'bad' },
                { name: t('stats.errorFiles'), tone: 'calm' },
              ]}
              whole
            />
          ) : (
            <Nothing title={t('stats.errors')}>{t('stats.errorsNone')}</Nothing>
          )}
        </section>
      </div>
    </>
  )
}

function Nothing({ title, children }: { title: string; children: string }) {
  return (
    <>
      <h2 className={styles.nothing}>{title}</h2>
      <p className={styles.text}>{children}</p>
    </>
  )
}

/** As large as the content to come, so that nothing jumps. */
function Waiting() {
  return (
    <div className={styles.waiting}>
      <Skeleton lines={2} />
      <Skeleton lines={6} />
    </div>
  )
}
