import type { ReactNode } from 'react'
import { Switch as AriaSwitch } from 'react-aria-components'
import styles from './controls.module.css'

export function Switch({
  isSelected,
  onChange,
  children,
}: {
  isSelected: boolean
  onChange: (on: boolean) => void
  children: ReactNode
}) {
  return (
    <AriaSwitch isSelected={isSelected} onChange={onChange} className={styles.switch!}>
      <span className={styles.track} />
      {children}
    </AriaSwitch>
  )
}
