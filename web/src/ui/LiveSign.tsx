// Shows, during active work, whether progress is pushed or polled.
import { Radio, RefreshCw } from 'lucide-react'
import { useSyncExternalStore } from 'react'
import { live } from '../api/live'
import { useWords } from '../i18n'
import styles from './LiveSign.module.css'

export function LiveSign() {
  const { t } = useWords()
  const needed = useSyncExternalStore(live.watch, live.needed)
  const open = useSyncExternalStore(live.watch, live.open)
  if (!needed) return null
  const Icon = open ? Radio : RefreshCw
  const said = t(open ? 'live.told' : 'live.asked')
  return (
    <span className={styles.sign} data-live={open} role="img" aria-label={said} title={said}>
      <Icon aria-hidden size={16} strokeWidth={1.8} />
    </span>
  )
}
