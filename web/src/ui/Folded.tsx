// Choices that have no room on a phone: there they are behind one button that shows the number of those made.
import { SlidersHorizontal } from 'lucide-react'
import { type ReactNode, useId, useState } from 'react'
import { useWords } from '../i18n'
import { Button } from './controls'
import styles from './Folded.module.css'

export function Folded({ count, children }: { count: number; children: ReactNode }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <>
      <span className={styles.opener}>
        <Button
          icon={SlidersHorizontal}
          aria-expanded={open}
          aria-controls={id}
          onPress={() => setOpen(!open)}
        >
          {count ? t('filters.set', { count }) : t('filters')}
        </Button>
      </span>
      <div id={id} className={`${styles.choices} ${open ? styles.open : ''}`}>
        {children}
      </div>
    </>
  )
}
