import { useEffect, useId, useState } from 'react'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import styles from './LeastQuality.module.css'

/** A slider that takes effect once it rests. */
export function LeastQuality({ value, onChange }: { value: number; onChange: (least: number) => void }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const id = useId()
  const [at, move] = useState(value)
  useEffect(() => move(value), [value])
  useEffect(() => {
    if (at === value) return
    const timer = setTimeout(() => onChange(at), 250)
    return () => clearTimeout(timer)
  }, [at, value, onChange])
  const told = at ? quantities.percent(at) : t('quality.any')
  return (
    <div className={styles.least}>
      <label htmlFor={id}>{t('quality.least')}</label>
      <input
        id={id}
        type="range"
        min={0}
        max={100}
        step={5}
        value={at}
        aria-valuetext={told}
        onChange={(event) => move(Number(event.target.value))}
      />
      <output htmlFor={id} className="number">
        {told}
      </output>
    </div>
  )
}
