import {
  Ban,
  CircleCheck,
  CircleDashed,
  CirclePause,
  CircleX,
  Hourglass,
  Inbox,
  LoaderCircle,
} from 'lucide-react'
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

/** collecting: the job is open for files of others. */
export function JobStateMark({ state, collecting = false }: { state: JobState; collecting?: boolean }) {
  const { t } = useWords()
  const Icon = collecting ? Inbox : ICONS[state]
  return (
    <span className={`${styles.mark} ${styles[collecting ? 'pending' : state]}`}>
      <Icon aria-hidden size={16} strokeWidth={2.1} />
      {t(collecting ? 'state.collecting' : `state.${state}`)}
    </span>
  )
}
