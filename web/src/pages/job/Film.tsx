// A film in the viewer, played by the browser where it can.
import { useState } from 'react'
import type { FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { useThumbnail } from '../../ui/Thumbnail'
import styles from './Film.module.css'
import { kindOf, useOriginal } from './original'
import { Note, useStays } from './Picture'

export function Film({ file }: { file: FileAnswer }) {
  const { t } = useWords()
  const small = useThumbnail(file.thumbnail)
  const original = useOriginal(file, useStays())
  const [broken, setBroken] = useState<'kind' | 'way' | null>(null)
  const retry = () => {
    setBroken(null)
    void original.refetch()
  }
  const shown = original.data && !broken
  return (
    <>
      {shown ? (
        <video
          className={styles.film}
          crossOrigin="anonymous"
          src={original.data.url}
          aria-label={file.original_filename}
          controls
          playsInline
          preload="metadata"
          {...(small ? { poster: small } : {})}
          onError={(event) =>
            setBroken(event.currentTarget.error?.code === MediaError.MEDIA_ERR_NETWORK ? 'way' : 'kind')
          }
        />
      ) : (
        small && <img className={styles.film} src={small} alt={file.original_filename} draggable={false} />
      )}
      {broken === 'kind' && <Note>{t('viewer.unplayed', { kind: kindOf(file) })}</Note>}
      {(broken === 'way' || (original.isError && !original.data)) && (
        <Note action={<Button onPress={retry}>{t('again')}</Button>}>{t('viewer.originalGone')}</Note>
      )}
    </>
  )
}
