// What holds an upload up, and the possible actions: a refusal, files that were not sent, files to be chosen again.
import { RotateCcw } from 'lucide-react'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import type { Chosen } from '../../upload/checks'
import type { UploadEngine } from '../../upload/engine'
import { Choosers } from './Choosers'
import { Failed } from './Failed'

/** Drawn anew by its parent as the upload advances. */
export function Stuck({ upload, onChoose }: { upload: UploadEngine; onChoose: (files: Chosen[]) => void }) {
  const { t, said } = useWords()
  const { problem } = upload
  const missing = upload.count('missing')
  return (
    <>
      {upload.phase === 'stopped' && problem && (
        <Notice
          kind="error"
          title={t('sending.stopped')}
          action={
            <>
              <Button kind="primary" icon={RotateCcw} onPress={() => upload.retry()}>
                {t('again')}
              </Button>
              {!problem.passing && (
                <Button onPress={() => void upload.leaveOut()}>{t('sending.without')}</Button>
              )}
            </>
          }
        >
          <p>{problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}</p>
          {problem.requestId && <p>{t('requestId', { id: problem.requestId })}</p>}
        </Notice>
      )}
      {upload.count('failed') > 0 && <Failed upload={upload} />}
      {missing > 0 && (
        <Notice
          kind="warning"
          title={t('sending.missing', { count: missing })}
          action={
            <>
              <Choosers onChoose={onChoose} />
              <Button onPress={() => void upload.leaveOut()}>{t('sending.without')}</Button>
            </>
          }
        >
          {t('sending.missingText')}
        </Notice>
      )}
    </>
  )
}
