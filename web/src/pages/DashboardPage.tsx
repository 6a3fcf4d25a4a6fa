import { useMemo } from 'react'
import { useJobs, useStats } from '../api/queries'
import type { JobSummary } from '../api/schema'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { BarChart } from '../ui/BarChart'
import { Button, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './DashboardPage.module.css'

const EVERYTHING = { status: [], pipeline: '' }
const DAYS = 14

export default function DashboardPage() {
  const { t, language } = useWords()
  useTitle(t('nav.dashboard'))
  const quantities = useQuantities()
  const stats = useStats()
  const jobs = useJobs(EVERYTHING)
  const days = useMemo(() => {
    const name = new Intl.DateTimeFormat(language, { day: 'numeric', month: 'short' })
    return byDay(jobs.data?.items ?? [], new Date()).map(({ day, count }) => ({
      name: name.format(day),
      value: count,
    }))
  }, [jobs.data, language])

  const numbers = stats.data && [
    ['stats.processed', quantities.number(stats.data.total_jobs_processed)],
    ['stats.today', quantities.number(stats.data.total_jobs_today)],
    ['stats.queue', quantities.number(stats.data.jobs_in_queue)],
    ['stats.users', quantities.number(stats.data.unique_users)],
    [
      'stats.average',
      stats.data.average_processing_time_seconds == null
        ? '–'
        : quantities.duration(stats.data.average_processing_time_seconds),
    ],
    ['stats.uptime', stats.data.uptime_hours ? quantities.duration(stats.data.uptime_hours * 3600) : '–'],
  ]
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
      {stats.isPending && <Skeleton lines={2} />}
      {numbers && (
        <dl className={styles.numbers}>
          {numbers.map(([key, value]) => (
            <div key={key}>
              <dt>{t(key as 'stats.today')}</dt>
              <dd className="number">{value}</dd>
            </div>
          ))}
        </dl>
      )}
      {jobs.data && jobs.data.items.length > 0 && (
        <section className={styles.chart}>
          <BarChart title={t('stats.days')} unit={t('stats.daysUnit')} bars={days} whole upright />
          {jobs.data.next_cursor && <p>{t('stats.lastHundred')}</p>}
        </section>
      )}
    </div>
  )
}

/** How many jobs began on each of the last days, today last; days are the reader's own. */
export function byDay(
  jobs: readonly Pick<JobSummary, 'created_at'>[],
  today: Date,
): { day: Date; count: number }[] {
  const days = Array.from(
    { length: DAYS },
    (_, n) => new Date(today.getFullYear(), today.getMonth(), today.getDate() - (DAYS - 1 - n)),
  )
  const counts = new Map(days.map((day) => [day.toDateString(), 0]))
  for (const job of jobs) {
    const day = new Date(job.created_at).toDateString()
    if (counts.has(day)) counts.set(day, counts.get(day)! + 1)
  }
  return days.map((day) => ({ day, count: counts.get(day.toDateString())! }))
}
