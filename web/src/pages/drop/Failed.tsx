// Files that were not sent: the reason for each, and the possible actions.
import { RotateCcw } from 'lucide-react'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import type { UploadEngine } from '../../upload/engine'
import styles from './Failed.module.css'

const LISTED = 50

export function Failed({ upload }: { upload: UploadEngine }) {
  const { t } = useWords()
  const failed = upload.items.filter((one) => one.state === 'failed')
  return (
    <Notice
      kind="error"
      title={t('sending.failed', { count: failed.length })}
      action={
        <>
          <Button kind="primary" icon={RotateCcw} onPress={() => upload.retry()}>
            {t('sending.retry', { count: failed.length })}
          </Button>
          <Button onPress={() => void upload.leaveOut()}>{t('sending.without')}</Button>
        </>
      }
    >
      <p>{t('sending.failedText')}</p>
      <ul className={styles.list}>
        {failed.slice(0, LISTED).map((one) => (
          <li key={one.index}>
            <span className={styles.name}>{one.path}</span>
            <span className={styles.why}>
              {t(`item.error.${one.error ?? 'unsent'}` as 'item.error.broken', { status: one.status ?? 0 })}
            </span>
            <span className={styles.tools}>
              <Button
                kind="quiet"
                aria-label={`${t('again')}: ${one.path}`}
                onPress={() => upload.retry(one.index)}
              >
                {t('again')}
              </Button>
              <Button
                kind="quiet"
                aria-label={`${t('sending.leave')}: ${one.path}`}
                onPress={() => void upload.leaveOut(one.index)}
              >
                {t('sending.leave')}
              </Button>
            </span>
          </li>
        ))}
      </ul>
      {failed.length > LISTED && <p>{t('sending.failedMore', { count: failed.length - LISTED })}</p>}
    </Notice>
  )
}
