// A line at the foot of the window, read out when it comes. Its place is there from the start: what comes with its text
// already in it is not read by every screen reader.
import { X } from 'lucide-react'
import type { ReactNode } from 'react'
import { useWords } from '../i18n'
import { Button } from './controls'
import styles from './Toast.module.css'

export function Toast({ children, onClose }: { children: ReactNode; onClose: () => void }) {
  const { t } = useWords()
  return (
    <div role="status" className={styles.place}>
      {children && (
        <div className={styles.toast}>
          {children}
          <Button kind="quiet" icon={X} label={t('close')} onPress={onClose} />
        </div>
      )}
    </div>
  )
}
