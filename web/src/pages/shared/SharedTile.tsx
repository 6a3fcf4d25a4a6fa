// One shared file in the grid: its picture, name and size.
import { Check, File as FileIcon } from 'lucide-react'
import { memo } from 'react'
import type { SharedFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import type { Word } from '../archives/words'
import styles from './SharedPage.module.css'

export const nameOf = (file: SharedFile) => file.filename.split('/').at(-1) ?? file.filename

export const SharedTile = memo(function SharedTile({ file }: { file: SharedFile | undefined }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  if (!file)
    return (
      <span className={styles.tile}>
        <span className={styles.picture} />
        <span className="visually-hidden">{t('loading')}</span>
      </span>
    )
  return (
    <span className={styles.tile}>
      <span className={styles.picture}>
        {file.thumbnail_url ? (
          <img crossOrigin="anonymous" src={file.thumbnail_url} alt="" decoding="async" draggable={false} />
        ) : (
          <span className={styles.glyph}>
            <FileIcon aria-hidden size={30} strokeWidth={1.3} />
          </span>
        )}
        <span className={styles.check} data-select>
          <Check aria-hidden size={16} strokeWidth={3} />
        </span>
      </span>
      <span className={styles.caption}>
        <span className={styles.name}>{nameOf(file)}</span>
        <span className={`${styles.facts} number`}>{quantities.bytes(file.size_bytes)}</span>
      </span>
    </span>
  )
})
