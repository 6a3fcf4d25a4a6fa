import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Link } from 'react-router'
import { Problem } from '../../api/client'
import { deleteFile, forEach, type Outcome } from '../../api/library'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Bar, Button, Notice } from '../../ui/controls'
import { Covers } from './Covers'
import { titleOf } from './LibraryTile'
import styles from './Selection.module.css'

interface Props {
  files: readonly LibraryFile[]
  onClose: () => void
  onGone: (ids: readonly string[]) => void
}

/** Asks once, saying what goes; then tells of each file that had to stay, and why. */
export function DeleteFiles({ files, onClose, onGone }: Props) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  // What was asked about: those that have gone leave the selection.
  const [asked] = useState(files)
  const [done, setDone] = useState<number | null>(null)
  const [left, setLeft] = useState<readonly Outcome[]>([])
  const [wanted, want] = useState(asked)
  const bytes = asked.reduce((sum, file) => sum + file.size_bytes, 0)

  const remove = async () => {
    setLeft([])
    setDone(0)
    const outcomes = await forEach(wanted, (file) => deleteFile(file.id), setDone)
    const failed = outcomes.filter((one) => one.error !== null)
    onGone(outcomes.filter((one) => one.error === null).map((one) => one.file.id))
    setDone(null)
    if (!failed.length) onClose()
    setLeft(failed)
    want(failed.map((one) => one.file))
  }
  const why = (error: unknown) =>
    error instanceof Problem && !error.unreachable
      ? said('error', error.code, error.message)
      : t('offline.title')

  if (left.length)
    return (
      <div className={styles.sheet}>
        <Notice
          kind="error"
          title={t('library.notDeleted', { count: left.length })}
          action={<Button onPress={() => void remove()}>{t('again')}</Button>}
        >
          <ul className={styles.failed}>
            {left.slice(0, 50).map(({ file, error }) => (
              <li key={file.id}>
                <strong>{titleOf(file)}</strong>
                <span>
                  {why(error)} <Link to={`/jobs/${file.job_id}`}>{t('goToJob')}</Link>
                </span>
              </li>
            ))}
          </ul>
        </Notice>
      </div>
    )
  return (
    <div className={styles.sheet}>
      <Covers files={asked} />
      <p>{t('library.deleteText', { size: quantities.bytes(bytes) })}</p>
      {done !== null && (
        <Bar
          value={(100 * done) / wanted.length}
          label={t('library.deleting', { done, count: wanted.length })}
        />
      )}
      <div className={styles.actions}>
        <Button autoFocus isDisabled={done !== null} onPress={onClose}>
          {t('keepThem')}
        </Button>
        <Button kind="danger" icon={Trash2} busy={done !== null} onPress={() => void remove()}>
          {t('delete')}
        </Button>
      </div>
    </div>
  )
}
