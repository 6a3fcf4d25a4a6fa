// The duplicates of the current file.
import type { FileAnswer } from '../../api/schema'
import { Thumbnail } from '../../ui/Thumbnail'
import { useGroupsOf } from './queries'
import styles from './SameAs.module.css'
import { useOwnWords } from './words'

const LISTED = 12

export default function SameAs({ file }: { file: FileAnswer }) {
  const { t } = useOwnWords()
  const groups = useGroupsOf(file)
  return groups.data?.map((group) => (
    <section key={group.kind}>
      <h3>{t(group.kind === 'exact' ? 'duplicates.exact' : 'duplicates.similar')}</h3>
      <ul className={styles.same}>
        {group.files.slice(0, LISTED).map((one) => (
          <li key={one.id}>
            <Thumbnail of={one.thumbnail} className={styles.face} alt="" />
            <span>{one.original_filename}</span>
            {one.id === group.kept && (
              <em>{t(group.kind === 'exact' ? 'duplicates.kept' : 'duplicates.best')}</em>
            )}
          </li>
        ))}
      </ul>
      {group.size > LISTED && (
        <p className={styles.more}>{t('duplicates.more', { count: group.size - LISTED })}</p>
      )}
    </section>
  ))
}
