import { Check } from 'lucide-react'
import type { StatusAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import styles from './Steps.module.css'

export function Steps({ how, names }: { how: StatusAnswer; names: readonly string[] }) {
  const { t, said } = useWords()
  const current = how.current_step ?? 0
  return (
    <ol className={styles.steps} aria-label={t('job.steps')}>
      {names.map((name, n) => {
        const state = n + 1 < current ? 'done' : n + 1 === current ? 'now' : 'later'
        return (
          <li key={name} className={styles[state]} {...(state === 'now' ? { 'aria-current': 'step' } : {})}>
            <span className={styles.mark}>
              {state === 'done' ? <Check aria-hidden size={13} strokeWidth={3} /> : n + 1}
            </span>
            <span>{said('step', name, name)}</span>
            {state === 'now' && how.current_filename && <small>{how.current_filename}</small>}
          </li>
        )
      })}
    </ol>
  )
}
