// A line at the foot of the window, read out when it appears. Its element is there from the start: not every screen
// reader reads an element that is added together with its text.
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
