import { ArrowRight, Bell, CirclePause, CirclePlay, Download, RotateCcw } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import { Problem } from '../../api/client'
import { FINAL, useControl } from '../../api/queries'
import type { JobAnswer, PipelineAnswer, StatusAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { pageOf } from '../../pipelines'
import { Cautions } from '../../ui/Cautions'
import { Bar, Button, Notice, Sheet } from '../../ui/controls'
import { useUpload } from '../../ui/hooks'
import { JobStateMark } from '../../ui/JobStateMark'
import { DeleteJob } from './DeleteJob'
import { useDownload } from './download'
import styles from './JobHead.module.css'
import { JobName } from './JobName'
import { Steps } from './Steps'

/** The question that a self-paused job asks its owner. */
type Asking = StatusAnswer & { waiting_for?: { code: string; message: string } | null }

interface Props {
  job: JobAnswer
  how: StatusAnswer
  pipeline: PipelineAnswer | undefined
  onShow: (tab: string) => void
}

export function JobHead({ job, how, pipeline, onShow }: Props) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const control = useControl(job.id)
  const upload = useUpload()
  const download = useDownload()
  const [asking, ask] = useState(false)
  const asked = (how as Asking).waiting_for
  const working = !FINAL.has(how.status)

  const cancel = () => {
    ask(false)
    // This page's upload into the job ends with it.
    if (upload.job?.jobId === job.id && upload.phase !== 'idle')
      void upload.cancel().finally(() => control.mutate('cancel'))
    else control.mutate('cancel')
  }

  return (
    <header className={styles.head}>
      <div className={styles.title}>
        <div>
          <p className={styles.kind}>
            {said('pipeline', job.pipeline, pipeline?.title ?? job.pipeline)} ·{' '}
            <time dateTime={job.created_at}>{quantities.moment(job.created_at)}</time>
          </p>
          <JobName job={job} />
        </div>
        <div className={styles.tools}>
          {how.status === 'completed' && (
            <Button
              kind="primary"
              icon={Download}
              busy={download.busy}
              onPress={() => download.start(how.download_url ?? '')}
            >
              {how.result_size_bytes
                ? t('download.zipSize', { size: quantities.bytes(how.result_size_bytes) })
                : t('download.zip')}
            </Button>
          )}
          {how.collecting_until && (
            <Button
              kind="primary"
              icon={ArrowRight}
              busy={control.isPending}
              isDisabled={!how.files_received}
              onPress={() => control.mutate('start')}
            >
              {t('job.start')}
            </Button>
          )}
          {how.status === 'running' && !how.collecting_until && (
            <Button icon={CirclePause} busy={control.isPending} onPress={() => control.mutate('pause')}>
              {t('pause')}
            </Button>
          )}
          {how.status === 'paused' && (
            <Button
              kind="primary"
              icon={CirclePlay}
              busy={control.isPending}
              onPress={() => control.mutate('resume')}
            >
              {t('resume')}
            </Button>
          )}
          {!working && <DeleteJob job={job} />}
          {working && <TellMe />}
          {working && (
            <Button kind="danger" busy={control.isPending} onPress={() => ask(true)}>
              {t('cancel')}
            </Button>
          )}
        </div>
      </div>

      <Line job={job} how={how} />
      {working && pipeline && !how.collecting_until && <Steps how={how} names={pipeline.steps} />}

      {asked && (
        <Notice kind="warning" title={t('job.waitsForYou')}>
          <p>{said('error', asked.code, asked.message)}</p>
        </Notice>
      )}
      {how.status === 'failed' && (
        <Notice
          kind="error"
          title={said('error', how.error_code ?? '', how.error_message ?? t('state.failed'))}
          action={
            <Button
              kind="primary"
              icon={RotateCcw}
              busy={control.isPending}
              onPress={() => control.mutate('retry')}
            >
              {t('job.retry')}
            </Button>
          }
        >
          <p>{t('job.failedText')}</p>
        </Notice>
      )}
      {how.status === 'completed' && isRecord(job.result?.metadata) && (
        <Cautions metadata={job.result.metadata} />
      )}
      {how.status === 'completed' && job.files.rejected > 0 && (
        <Notice
          kind="warning"
          title={t('job.someRejected', { count: job.files.rejected })}
          action={
            <>
              <Button onPress={() => onShow('rejected')}>{t('job.why')}</Button>
              <Button
                kind="quiet"
                icon={RotateCcw}
                busy={control.isPending}
                onPress={() => control.mutate('retry')}
              >
                {t('job.retryRejected', { count: job.files.rejected })}
              </Button>
            </>
          }
        >
          {t('job.othersFine')}
        </Notice>
      )}
      {[control.error, download.error].map<ReactNode>(
        (error, n) =>
          error !== null && (
            <Notice
              key={n}
              kind="error"
              title={error instanceof Problem ? said('error', error.code, error.message) : String(error)}
            >
              {error instanceof Problem && error.requestId && (
                <p>{t('requestId', { id: error.requestId })}</p>
              )}
            </Notice>
          ),
      )}

      <Sheet title={t('cancel.jobTitle')} open={asking} onClose={() => ask(false)}>
        <div className={styles.ask}>
          <p>{t('cancel.jobText')}</p>
          <div>
            <Button kind="danger" onPress={cancel}>
              {t('cancelJob')}
            </Button>
            <Button kind="primary" onPress={() => ask(false)}>
              {t('cancel.no')}
            </Button>
          </div>
        </div>
      </Sheet>
    </header>
  )
}

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null

/** The job's state in one line: only known facts. */
function Line({ job, how }: { job: JobAnswer; how: StatusAnswer }) {
  const words = useWords<string>()
  const { t } = words
  const quantities = useQuantities()
  const parts: string[] = []
  const total = Math.max(how.files_expected ?? 0, how.files_intended ?? 0)
  if (how.status === 'queued' && how.queue_position) {
    parts.push(t('queue.place', { place: how.queue_position }))
    if (how.estimated_wait_seconds)
      parts.push(t('queue.wait', { time: quantities.duration(how.estimated_wait_seconds) }))
  }
  if (how.status === 'pending') parts.push(t('job.arriving', { done: how.files_received ?? 0, count: total }))
  // The share of a collection that is done can't be known: more may come.
  const known = (how.status === 'running' || how.status === 'paused') && !how.collecting_until
  if (how.collecting_until) {
    parts.push(t('job.collecting', { until: quantities.day(how.collecting_until) }))
    if (how.status !== 'pending')
      parts.push(t('job.arriving', { done: how.files_inspected ?? 0, count: total }))
  }
  if (known) {
    parts.push(quantities.percent(how.progress_percent ?? 0))
    if ((how.files_received ?? 0) < total)
      parts.push(t('job.arriving', { done: how.files_received ?? 0, count: total }))
    if (how.estimated_remaining_seconds)
      parts.push(t('left', { time: quantities.duration(how.estimated_remaining_seconds) }))
  }
  if (how.status === 'completed') {
    const { outcome } = pageOf(job.pipeline)
    if (outcome) parts.push(...outcome(job, words))
    else if (typeof job.result?.summary === 'string') parts.push(job.result.summary)
    if (how.processing_time_seconds)
      parts.push(t('took', { time: quantities.duration(how.processing_time_seconds) }))
  }
  return (
    <p className={`${styles.line} number`} aria-live="polite">
      <JobStateMark state={how.status} collecting={Boolean(how.collecting_until)} />
      {parts.map((part) => (
        <span key={part}>{part}</span>
      ))}
      {known && (
        <span className={styles.bar}>
          <Bar value={how.progress_percent ?? 0} label={t('job.progress')} />
        </span>
      )}
    </p>
  )
}

function TellMe() {
  const { t } = useWords()
  const [permission, setPermission] = useState(() =>
    'Notification' in window ? Notification.permission : 'denied',
  )
  if (permission !== 'default') return null
  return (
    <Button
      kind="quiet"
      icon={Bell}
      onPress={() => void Notification.requestPermission().then(setPermission)}
    >
      {t('tellMe')}
    </Button>
  )
}
