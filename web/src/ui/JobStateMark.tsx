import { Ban, CircleCheck, CircleDashed, CirclePause, CircleX, Hourglass, LoaderCircle } from 'lucide-react'
import type { JobState } from '../api/schema'
import { useWords } from '../i18n'
import styles from './JobStateMark.module.css'

const ICONS = {
  pending: CircleDashed,
  queued: Hourglass,
  running: LoaderCircle,
  paused: CirclePause,
  completed: CircleCheck,
  failed: CircleX,
  cancelled: Ban,
} satisfies Record<JobState, typeof Ban>

export function JobStateMark({ state }: { state: JobState }) {
  const { t } = useWords()
  const Icon = ICONS[state]
  return (
    <span className={`${styles.mark} ${styles[state]}`}>
      <Icon aria-hidden size={16} strokeWidth={2.1} />
      {t(`state.${state}`)}
    </span>
  )
}
