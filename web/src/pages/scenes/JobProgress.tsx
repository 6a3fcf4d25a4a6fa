// The progress of a job that one of these pages has started, until it is over.
import { useEffect, useRef } from 'react'
import { Problem } from '../../api/client'
import { FINAL, useStatus } from '../../api/queries'
import { useWords } from '../../i18n'
import { Bar, Button, ButtonLink, Notice } from '../../ui/controls'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

export function JobProgress({ jobId, onDone }: { jobId: string; onDone: () => void }) {
  const { t, said } = useWords<Word>()
  const status = useStatus(jobId)
  const how = status.data
  const done = useRef(onDone)
  done.current = onDone
  const over = how?.status === 'completed'
  useEffect(() => {
    if (over) done.current()
  }, [over])
  if (status.error instanceof Problem && status.error.status === 404)
    return (
      <Notice
        kind="warning"
        title={t('job.missing')}
        action={<Button onPress={onDone}>{t('close')}</Button>}
      />
    )
  if (how && FINAL.has(how.status) && !over)
    return (
      <Notice
        kind="error"
        title={t(how.status === 'failed' ? 'scenes.job.failed' : 'scenes.job.cancelled')}
        action={
          <>
            <ButtonLink to={`/jobs/${jobId}`}>{t('goToJob')}</ButtonLink>
            <Button onPress={onDone}>{t('close')}</Button>
          </>
        }
      >
        {how.error_code && <p>{said('error', how.error_code, how.error_message ?? how.error_code)}</p>}
      </Notice>
    )
  const step = how?.step_name ? said('step', how.step_name, how.step_name) : t('state.queued')
  return (
    <div className={styles.progress} role="status">
      <p>
        <strong>{step}</strong>
        <ButtonLink kind="quiet" to={`/jobs/${jobId}`}>
          {t('goToJob')}
        </ButtonLink>
      </p>
      <Bar value={how?.progress_percent ?? null} label={step} />
    </div>
  )
}
