// Imports and drop folders: waiting, under way, or failed and why.
import { useJobs, usePipelines } from '../../api/queries'
import type { OriginAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Empty } from '../../ui/controls'
import { useTick } from '../../ui/hooks'
import { arrows, Gone, RowSkeleton } from '../../ui/Page'
import { JobRow } from '../JobsPage'
import styles from './ImportPage.module.css'
import type { Word } from './words'

const SHOWN = 20
const OVER = new Set(['completed', 'failed', 'cancelled'])

export function Running() {
  const { t } = useWords<Word>()
  const pipelines = usePipelines()
  const jobs = useJobs({ status: [], pipeline: '', origin: 'import,drop' }, SHOWN)
  return (
    <section className={styles.section} aria-labelledby="import-running">
      <h2 id="import-running">{t('import.running')}</h2>
      {jobs.isPending && <RowSkeleton rows={2} />}
      {jobs.isError && !jobs.data && (
        <Gone title={t('jobs.gone')} error={jobs.error} onAgain={() => void jobs.refetch()} />
      )}
      {jobs.data?.items.length === 0 && (
        <Empty title={t('import.noneRunning')}>{t('import.noneRunningText')}</Empty>
      )}
      {jobs.data && jobs.data.items.length > 0 && (
        <ul className={styles.rows} onKeyDown={arrows}>
          {jobs.data.items.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              watched={!OVER.has(job.status)}
              title={pipelines.data?.find((one) => one.name === job.pipeline)?.title ?? job.pipeline}
            >
              {job.origin && <Origin origin={job.origin} over={OVER.has(job.status)} />}
            </JobRow>
          ))}
        </ul>
      )}
    </section>
  )
}

function Origin({ origin, over }: { origin: OriginAnswer; over: boolean }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  useTick(10_000)
  return (
    <>
      <span className={styles.path}>
        {t(`import.kind.${origin.kind}`)} · {origin.path}
      </span>
      {!over && (
        <span className="number">
          {origin.stage === 'waiting' && origin.closes_at
            ? t('import.stage.waiting', { time: quantities.time(origin.closes_at) })
            : origin.stage === 'listing'
              ? t('import.stage.listing')
              : t('import.stage.taken')}
        </span>
      )}
    </>
  )
}
