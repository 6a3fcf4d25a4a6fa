import { X } from 'lucide-react'
import { type ReactNode, useState } from 'react'
import type { FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button } from '../../ui/controls'
import { Thumbnail } from '../../ui/Thumbnail'
import styles from './Compare.module.css'
import { Facts, factsOf } from './Details'
import { useOriginal, worthwhile } from './original'

/** The facts in which these files differ. */
export function differing(
  files: readonly FileAnswer[],
  quantities: ReturnType<typeof useQuantities>,
): Set<string> {
  const told = files.map((file) => new Map<string, string>(factsOf(file, quantities)))
  const names = new Set(told.flatMap((one) => [...one.keys()]))
  return new Set([...names].filter((name) => new Set(told.map((one) => one.get(name))).size > 1))
}

/** The most originals that are held side by side. */
const SHARP = 6

export function Compare({
  files,
  kept,
  keptWord,
  onClose,
}: {
  files: readonly (FileAnswer | undefined)[]
  kept?: string | undefined
  keptWord?: string | undefined
  onClose: () => void
}) {
  const { t } = useWords()
  const shown = files.filter((file) => file !== undefined)
  return (
    <div className={styles.compare}>
      <div className={styles.bar}>
        <Button kind="quiet" icon={X} label={t('close')} onPress={onClose} />
        <strong>{t('compare')}</strong>
      </div>
      <SideBySide files={shown} kept={kept} keptWord={keptWord} sharp={shown.length <= SHARP} />
    </div>
  )
}

/** The original over its thumbnail, once it is loaded: a thumbnail doesn't show which of two is sharper. */
function Original({ file }: { file: FileAnswer }) {
  const original = useOriginal(file, worthwhile(file))
  const [here, setHere] = useState(false)
  if (!original.data) return null
  return (
    <img
      className={`${styles.original} ${here ? styles.here : ''}`}
      crossOrigin="anonymous"
      src={original.data.url}
      alt=""
      decoding="async"
      onLoad={() => setHere(true)}
    />
  )
}

export function SideBySide({
  files,
  kept,
  keptWord,
  sharp,
  actions,
}: {
  files: readonly FileAnswer[]
  kept?: string | undefined
  keptWord?: string | undefined
  sharp?: boolean
  /** The actions for each file. */
  actions?: ((file: FileAnswer) => ReactNode) | undefined
}) {
  const quantities = useQuantities()
  const differs = differing(files, quantities)
  return (
    <div className={styles.files}>
      {files.map((file) => (
        <figure key={file.id} className={file.id === kept ? styles.kept : ''}>
          <span className={styles.picture}>
            <Thumbnail of={file.thumbnail} lazy className={styles.small} alt={file.original_filename} />
            {sharp && <Original file={file} />}
            {file.id === kept && <em>{keptWord}</em>}
          </span>
          <figcaption>
            <Facts file={file} differing={differs} />
          </figcaption>
          {actions?.(file)}
        </figure>
      ))}
    </div>
  )
}
