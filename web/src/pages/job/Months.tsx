// Where in time one is, and the way to any other month: a slider along the months with the years below it.
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import styles from './Months.module.css'

interface Props {
  /** `2024-06`, in the order in which they are listed; empty for files without a time. */
  months: readonly string[]
  at: string
  onJump: (month: string) => void
}

/** The month that is there and lies nearest to the wanted one; both as `2024-06`. Of equals the earlier. */
export function nearest(months: readonly string[], wanted: string): string | undefined {
  if (!/^\d{4}-\d\d$/.test(wanted)) return undefined
  const at = (month: string) => 12 * Number(month.slice(0, 4)) + Number(month.slice(5))
  const far = (month: string) => Math.abs(at(month) - at(wanted))
  return months.reduce<string | undefined>(
    (best, month) => (best === undefined || far(month) < far(best) ? month : best),
    undefined,
  )
}

export function Months({ months, at, onJump }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const place = Math.max(0, months.indexOf(at))
  const nameOf = (month: string) => (month ? quantities.month(month) : t('month.none'))
  const last = Math.max(1, months.length - 1)
  const dated = months.filter(Boolean).sort()
  const years = months.flatMap((month, n) => {
    const year = month.slice(0, 4)
    return year && year !== months[n - 1]?.slice(0, 4) ? [{ year, month, n }] : []
  })
  return (
    <nav className={styles.months} aria-label={t('month.jump')}>
      <output className="number">{nameOf(months[place] ?? '')}</output>
      <input
        type="date"
        className={styles.day}
        aria-label={t('month.day')}
        min={`${dated[0]}-01`}
        max={`${dated.at(-1)}-31`}
        onChange={(event) => {
          const near = nearest(dated, event.target.value.slice(0, 7))
          if (near) onJump(near)
        }}
      />
      <div className={styles.rail}>
        <input
          type="range"
          aria-label={t('month.jump')}
          aria-valuetext={nameOf(months[place] ?? '')}
          min={0}
          max={months.length - 1}
          step={1}
          value={place}
          onChange={(event) => onJump(months[event.target.valueAsNumber]!)}
        />
        <div className={`${styles.years} number`}>
          {years.map(({ year, month, n }) => (
            <button
              key={month}
              type="button"
              style={{ left: `${(100 * n) / last}%` }}
              onClick={() => onJump(month)}
            >
              {year}
            </button>
          ))}
        </div>
      </div>
    </nav>
  )
}
