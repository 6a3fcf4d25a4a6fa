import type { LibraryFile } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { Picture, titleOf } from './LibraryTile'
import styles from './Selection.module.css'

const SHOWN = 6

/** A row of the chosen files' covers, and the number of further ones. */
export function Covers({ files }: { files: readonly LibraryFile[] }) {
  const quantities = useQuantities()
  const shown = files.length > SHOWN ? files.slice(0, SHOWN - 1) : files
  return (
    <ul className={styles.covers}>
      {shown.map((file) => (
        <li key={file.id} title={titleOf(file)}>
          <Picture file={file} />
        </li>
      ))}
      {files.length > shown.length && (
        <li className={`${styles.rest} number`}>+{quantities.number(files.length - shown.length)}</li>
      )}
    </ul>
  )
}
