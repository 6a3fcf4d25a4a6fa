// The current upload, on every page but its own; and an upload that a reload has interrupted.
import { useEffect, useState } from 'react'
import { useLocation } from 'react-router'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import type { JobRecord } from '../upload/record'
import { Bar, Button, ButtonLink, Notice } from './controls'
import { useUpload } from './hooks'
import { Ongoing } from './Ongoing'
import styles from './UploadDock.module.css'

export function UploadDock() {
  const { t } = useWords()
  const quantities = useQuantities()
  const upload = useUpload()
  const { pathname } = useLocation()
  const underWay = upload.active || upload.phase === 'stopped'

  useEffect(() => {
    if (!underWay) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [underWay])

  if (!underWay || pathname === '/') return null
  const percent = upload.totalBytes ? (100 * upload.sentBytes) / upload.totalBytes : 0
  const left = upload.speed.left(upload.totalBytes - upload.sentBytes)
  return (
    <aside className={styles.dock} aria-label={t('dock.label')}>
      <div className={styles.text}>
        <strong>{upload.phase === 'paused' ? t('sending.paused') : t('dock.sending')}</strong>
        <span className="number">
          {quantities.percent(percent)}
          {left !== null && ` · ${t('left', { time: quantities.duration(left) })}`}
        </span>
      </div>
      <Bar value={percent} label={t('dock.label')} />
      <ButtonLink to="/" kind="quiet">
        {t('show')}
      </ButtonLink>
    </aside>
  )
}

/** Offers to resume an upload that this browser has begun before. */
export function Unfinished() {
  const { t } = useWords()
  const upload = useUpload()
  const [found, setFound] = useState<JobRecord | null>(null)
  const idle = upload.phase === 'idle'

  useEffect(() => {
    let asked = true
    // A browser without storage has no unfinished upload.
    if (idle)
      upload.unfinished().then(
        (job) => asked && setFound(job),
        () => undefined,
      )
    return () => {
      asked = false
    }
  }, [upload, idle])

  if (!found || !idle) return <Ongoing except={upload.job?.jobId} />
  const discard = async () => {
    await upload.discard(found)
    setFound(null)
  }
  return (
    <Notice
      kind="info"
      title={t('unfinished.title', { name: found.name || found.pipeline })}
      action={
        <>
          <Button kind="primary" onPress={() => upload.goOn(found).then(() => setFound(null))}>
            {t('unfinished.goOn')}
          </Button>
          <Button kind="danger" onPress={() => void discard()}>
            {t('cancelJob')}
          </Button>
        </>
      }
    >
      {t('unfinished.text')}
    </Notice>
  )
}
