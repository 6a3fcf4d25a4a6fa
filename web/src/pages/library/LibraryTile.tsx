import {
  AudioLines,
  Box,
  Check,
  File as FileIcon,
  Film,
  Image as ImageIcon,
  type LucideIcon,
  TriangleAlert,
} from 'lucide-react'
import { memo } from 'react'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Thumbnail } from '../../ui/Thumbnail'
import { clock } from '../job/FileTile'
import styles from './LibraryTile.module.css'

const ICONS: Record<string, LucideIcon> = { image: ImageIcon, video: Film, volume: Box, audio: AudioLines }

export const LibraryTile = memo(function LibraryTile({ file }: { file: LibraryFile | undefined }) {
  const { t } = useWords()
  const quantities = useQuantities()
  if (!file)
    return (
      <span className={styles.tile}>
        <span className={`${styles.picture} ${styles.coming}`} />
        <span className="visually-hidden">{t('loading')}</span>
      </span>
    )
  return (
    <span className={styles.tile}>
      <span className={styles.picture}>
        <Picture file={file} />
        {file.duration_seconds != null && (
          <span className={`${styles.length} number`}>{clock(file.duration_seconds)}</span>
        )}
        <span className={styles.check} data-select>
          <Check aria-hidden size={16} strokeWidth={3} />
        </span>
      </span>
      <span className={styles.caption}>
        <span className={styles.name}>{titleOf(file)}</span>
        <span className={styles.facts}>
          {file.tags.length > 0 ? (
            file.tags.map((tag) => (
              <span key={tag} className={styles.tag}>
                {tag}
              </span>
            ))
          ) : file.status === 'rejected' ? (
            <span className={styles.rejected}>{t('file.rejected')}</span>
          ) : (
            <span className="number">
              {file.detected_timestamp && <>{quantities.takenDay(file.detected_timestamp)} · </>}
              {quantities.bytes(file.size_bytes)}
            </span>
          )}
        </span>
      </span>
    </span>
  )
})

export function Picture({ file }: { file: LibraryFile }) {
  const Icon = file.status === 'rejected' ? TriangleAlert : (ICONS[file.type] ?? FileIcon)
  return (
    <Thumbnail of={file.thumbnail} alt="" decoding="async" draggable={false}>
      <span className={styles.glyph}>
        <Icon aria-hidden size={30} strokeWidth={1.3} />
        <span>{endingOf(file.original_filename)}</span>
      </span>
    </Thumbnail>
  )
}

/** A file's name for people: its title, or else its filename without folders. */
export const titleOf = (file: LibraryFile) =>
  file.title || (file.original_filename.split('/').at(-1) ?? file.original_filename)

const endingOf = (name: string) =>
  /(\.[a-z]{2,4})?\.[a-z0-9]{1,5}$/i.exec(name)?.[0].slice(1).toUpperCase() ?? ''
