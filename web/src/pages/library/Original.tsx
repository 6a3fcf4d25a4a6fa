// The file itself where a browser can show it; its thumbnail until then, and where it can't.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { located } from '../../api/queries'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { useThumbnail } from '../../ui/Thumbnail'
import styles from './FileSheet.module.css'
import { Picture, titleOf } from './LibraryTile'

const FRESH = 5 * 60_000

export function Original({ file }: { file: LibraryFile }) {
  const { t } = useWords()
  const kind = file.type === 'image' || file.type === 'video' || file.type === 'audio' ? file.type : null
  const whereabouts = useQuery({
    queryKey: ['original', file.id],
    queryFn: () => located(`/files/${file.id}/original?inline=true`),
    enabled: kind !== null && file.status !== 'rejected',
    staleTime: FRESH,
    retry: false,
  })
  const small = useThumbnail(file.thumbnail)
  const [broken, setBroken] = useState(false)
  const [loaded, setLoaded] = useState(false)
  const url = broken ? undefined : whereabouts.data?.url
  if (url && kind === 'video')
    return (
      <video
        key={url}
        className={styles.film}
        crossOrigin="anonymous"
        src={url}
        controls
        preload="metadata"
        {...(small ? { poster: small } : {})}
        aria-label={titleOf(file)}
        onError={() => setBroken(true)}
      />
    )
  if (url && kind === 'audio')
    return (
      // biome-ignore lint/a11y/useMediaCaption: it is the user's own recording
      <audio
        crossOrigin="anonymous"
        src={url}
        controls
        preload="metadata"
        aria-label={titleOf(file)}
        onError={() => setBroken(true)}
      />
    )
  return (
    <>
      {!loaded &&
        (small !== null ? (
          small && <img src={small} alt={titleOf(file)} draggable={false} />
        ) : (
          <span className={styles.nothing}>
            <Picture file={file} />
            <span>{file.error_message ?? t('viewer.noPicture')}</span>
          </span>
        ))}
      {url && kind === 'image' && (
        <img
          crossOrigin="anonymous"
          src={url}
          alt={loaded ? titleOf(file) : ''}
          draggable={false}
          className={loaded ? '' : styles.loading}
          onLoad={() => setLoaded(true)}
          onError={() => setBroken(true)}
        />
      )}
    </>
  )
}
