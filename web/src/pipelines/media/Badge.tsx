// A tile's content besides its picture, and whether it is complete.
import { TriangleAlert } from 'lucide-react'
import type { FileAnswer } from '../../api/schema'
import styles from './Badge.module.css'
import { toldBehind } from './group'
import { useOwnWords } from './words'

export function Badge({ file }: { file: FileAnswer }) {
  const { t } = useOwnWords()
  const roles = toldBehind(file)
  const words = file.motion_photo && !roles.includes('motion') ? (['motion', ...roles] as const) : roles
  return (
    <>
      {file.damaged === true && (
        <span className={styles.damaged} title={t('damaged')}>
          <TriangleAlert aria-hidden size={14} strokeWidth={2.4} />
          <span className="visually-hidden">{t('damaged')}</span>
        </span>
      )}
      {file.choice === 'drop' && <span className={styles.group}>{t('choice.out')}</span>}
      {words.length > 0 && (
        <span className={styles.group} title={words.map((role) => t(`role.${role}`)).join(', ')}>
          {words.map((role) => t(`badge.${role}`)).join(' · ')}
        </span>
      )}
    </>
  )
}
