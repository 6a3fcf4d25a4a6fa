import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2, Undo2 } from 'lucide-react'
import { type ReactNode, useMemo } from 'react'
import { Link, useLocation, useNavigate, useSearchParams } from 'react-router'
import { api, Problem } from '../api/client'
import { FINAL, useJobs, usePipelines, useStatus } from '../api/queries'
import type { JobState, JobSummary, StatusAnswer } from '../api/schema'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { Bar, Button, ButtonLink, Empty, Notice, Select, Skeleton } from '../ui/controls'
import { useTick, useTitle } from '../ui/hooks'
import { JobStateMark } from '../ui/JobStateMark'
import { arrows } from '../ui/Page'
import styles from './JobsPage.module.css'
import { JobCover } from './job/JobCover'

const STATES: readonly JobState[] = [
  'pending',
  'queued',
  'running',
  'paused',
  'completed',
  'failed',
  'cancelled',
]

/** The number of active jobs whose progress is polled, the newest first. */
const WATCHED = 12

export default function JobsPage() {
  const { t, said } = useWords()
  useTitle(t('nav.jobs'))
  useTick(30_000)
  const [params, setParams] = useSearchParams()
  const state = (params.get('state') ?? '') as JobState | ''
  const pipeline = params.get('pipeline') ?? ''
  const wanted = useMemo(() => ({ status: state ? [state] : [], pipeline }), [state, pipeline])
  const jobs = useJobs(wanted)
  const pipelines = usePipelines()
  const watched = useMemo(
    () =>
      new Set(
        (jobs.data?.items ?? [])
          .filter((job) => !FINAL.has(job.status))
          .slice(0, WATCHED)
          .map((job) => job.id),
      ),
    [jobs.data],
  )
  const filter = (name: string, value: string) => {
    const next = new URLSearchParams(params)
    if (value) next.set(name, value)
    else next.delete(name)
    setParams(next, { replace: true })
  }

  return (
    <div className={styles.jobs}>
      <header className={styles.head}>
        <h1>{t('nav.jobs')}</h1>
        <div className={styles.filters}>
          <ButtonLink kind="quiet" icon={Trash2} to="/bin">
            {t('bin')}
          </ButtonLink>
          <Select
            label={t('filter.state')}
            value={state}
            onChange={(value) => filter('state', value)}
            options={[['', t('all')], ...STATES.map((one) => [one, t(`state.${one}`)] as const)]}
          />
          <Select
            label={t('pipeline')}
            value={pipeline}
            onChange={(value) => filter('pipeline', value)}
            options={[
              ['', t('all')],
              ...(pipelines.data ?? []).map(
                (one) => [one.name, said('pipeline', one.name, one.title)] as const,
              ),
            ]}
          />
        </div>
      </header>
      <Thrown />
      {jobs.isError && !jobs.data && (
        <Notice
          kind="error"
          title={t('jobs.gone')}
          action={<Button onPress={() => jobs.refetch()}>{t('again')}</Button>}
        >
          {t('again.itself')}
        </Notice>
      )}
      {jobs.isPending && <Skeleton lines={6} />}
      {jobs.data?.items.length === 0 &&
        (state || pipeline ? (
          <Empty
            title={t('jobs.noneSuch')}
            action={<Button onPress={() => setParams({})}>{t('filter.clear')}</Button>}
          />
        ) : (
          <Empty
            title={t('jobs.none')}
            action={
              <ButtonLink kind="primary" to="/">
                {t('nav.drop')}
              </ButtonLink>
            }
          >
            {t('jobs.noneText')}
          </Empty>
        ))}
      {jobs.data && jobs.data.items.length > 0 && (
        <ul className={styles.list} onKeyDown={arrows}>
          {jobs.data.items.map((job) => (
            <JobRow
              key={job.id}
              job={job}
              watched={watched.has(job.id)}
              title={pipelines.data?.find((one) => one.name === job.pipeline)?.title ?? job.pipeline}
            />
          ))}
        </ul>
      )}
    </div>
  )
}

/** A job that was just put into the bin, and the way back. */
function Thrown() {
  const { t, said } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const job = (useLocation().state as { binned?: { id: string; name: string } } | null)?.binned
  const back = useMutation({
    mutationFn: (id: string) => api(`/jobs/${id}/restore`, { method: 'POST' }),
    onSuccess: async (_, id) => {
      await client.invalidateQueries({ queryKey: ['jobs'] })
      navigate(`/jobs/${id}`, { replace: true })
    },
  })
  if (!job) return null
  return (
    <Notice
      kind="info"
      title={t('bin.thrown', { name: job.name })}
      action={
        <Button icon={Undo2} busy={back.isPending} onPress={() => back.mutate(job.id)}>
          {t('bin.restore')}
        </Button>
      }
    >
      {back.error instanceof Problem
        ? said('error', back.error.code, back.error.message)
        : t('bin.thrownText')}
    </Notice>
  )
}

interface RowProps {
  job: JobSummary
  title: string
  watched: boolean
  children?: ReactNode
}

export function JobRow({ job, title, watched, children }: RowProps) {
  const { t, said } = useWords()
  const status = useStatus(job.id, watched)
  const how = watched ? status.data : undefined
  const quantities = useQuantities()
  const collecting = Boolean((how ?? job).collecting_until)
  return (
    <li>
      <Link to={`/jobs/${job.id}`} className={styles.row} data-stop>
        <JobCover job={job} />
        <span className={styles.what}>
          <strong>{job.name}</strong>
          <span>
            {said('pipeline', job.pipeline, title)} · {t('files', { count: job.file_count })}
          </span>
          {job.error_code && (
            <span className={styles.error}>
              {said('error', job.error_code, job.error_message ?? job.error_code)}
            </span>
          )}
          {children}
        </span>
        {how && <Progress how={how} />}
        <span className={styles.state}>
          <JobStateMark state={how?.status ?? job.status} collecting={collecting} />
          <time dateTime={job.created_at} title={quantities.moment(job.created_at)}>
            {quantities.ago(job.created_at)}
          </time>
        </span>
      </Link>
    </li>
  )
}

function Progress({ how }: { how: StatusAnswer }) {
  const { t } = useWords()
  const quantities = useQuantities()
  if (how.collecting_until)
    return (
      <span className={`${styles.progress} number`}>
        <span>{t('job.collecting', { until: quantities.day(how.collecting_until) })}</span>
      </span>
    )
  if (how.status === 'queued' && how.queue_position)
    return (
      <span className={`${styles.progress} number`}>
        <span>{t('queue.place', { place: how.queue_position })}</span>
      </span>
    )
  const total = Math.max(how.files_expected ?? 0, how.files_intended ?? 0)
  const percent = how.progress_percent ?? (total ? (100 * (how.files_received ?? 0)) / total : undefined)
  if (FINAL.has(how.status) || percent === undefined) return null
  return (
    <span className={`${styles.progress} number`}>
      <Bar value={percent} label={t('job.progress')} />
      <span>
        {quantities.percent(percent)}
        {how.estimated_remaining_seconds
          ? ` · ${t('left', { time: quantities.duration(how.estimated_remaining_seconds) })}`
          : ''}
      </span>
    </span>
  )
}
