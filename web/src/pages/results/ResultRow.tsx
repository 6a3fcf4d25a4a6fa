import { Link } from 'react-router'
import type { JobSummary, ResultAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { QualityMark } from '../../ui/QualityMark'
import { JobCover } from '../job/JobCover'
import styles from './ResultsPage.module.css'

interface Props {
  result: ResultAnswer
  job: JobSummary | undefined
  pipeline: string
  params: URLSearchParams
}

export function ResultRow({ result, job, pipeline, params }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const opened = new URLSearchParams(params)
  opened.set('result', result.id)
  return (
    <li>
      <Link to={`?${opened}`} replace className={styles.row} data-stop>
        <JobCover job={job ?? coverOf(result)} />
        <span className={styles.what}>
          <strong>{result.summary || t('results.noSummary')}</strong>
          <span>
            {job && <>{job.name} · </>}
            {pipeline} ·{' '}
            <time dateTime={result.created_at} title={quantities.moment(result.created_at)}>
              {quantities.ago(result.created_at)}
            </time>
          </span>
        </span>
        <QualityMark score={result.quality_score} />
      </Link>
    </li>
  )
}

/** The fields of a job that its pictures need, where the list of jobs doesn't reach back to it. */
const coverOf = (result: ResultAnswer): JobSummary => ({
  id: result.job_id,
  name: '',
  pipeline: result.pipeline,
  status: 'completed',
  file_count: 1,
  error_code: null,
  error_message: null,
  created_at: result.created_at,
  started_at: null,
  completed_at: result.created_at,
  options: {},
  result: null,
  size_bytes: 0,
})
