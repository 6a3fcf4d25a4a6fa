// The current position in time, and the way to any other month: a slider along the months with the years below it.
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import styles from './Months.module.css'

interface Props {
  /** `2024-06`, in the order in which they are listed; empty for files without a time. */
  months: readonly string[]
  /** `2024-06-05` of each file, in the order in which they are listed; empty as above. */
  days: readonly string[]
  at: string
  onMonth: (month: string) => void
  /** The place of a file in that order. */
  onFile: (place: number) => void
}

/** The place of the first file of the day nearest to the wanted one; both as `2024-06-05`. Of two equally near days,
 * the earlier. */
export function nearest(days: readonly string[], wanted: string): number | undefined {
  const at = Date.parse(wanted)
  if (!/^\d{4}-\d\d-\d\d$/.test(wanted) || Number.isNaN(at)) return undefined
  const far = (place: number) => Math.abs(Date.parse(days[place]!) - at)
  let best: number | undefined
  days.forEach((day, place) => {
    if (!day) return
    const closer = best === undefined ? -1 : far(place) - far(best)
    if (closer < 0 || (closer === 0 && day < days[best!]!)) best = place
  })
  return best
}

export function Months({ months, days, at, onMonth, onFile }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const place = Math.max(0, months.indexOf(at))
  const nameOf = (month: string) => (month ? quantities.month(month) : t('month.none'))
  const last = Math.max(1, months.length - 1)
  const [first, latest] = ends(days)
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
        min={first}
        max={latest}
        onChange={(event) => {
          const near = nearest(days, event.target.value)
          if (near !== undefined) onFile(near)
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
          onChange={(event) => onMonth(months[event.target.valueAsNumber]!)}
        />
        <div className={`${styles.years} number`}>
          {years.map(({ year, month, n }) => (
            <button
              key={month}
              type="button"
              style={{ left: `${(100 * n) / last}%` }}
              onClick={() => onMonth(month)}
            >
              {year}
            </button>
          ))}
        </div>
      </div>
    </nav>
  )
}

/** The first and last of the days. */
function ends(days: readonly string[]): [string, string] {
  let [first, last] = ['', '']
  for (const day of days) {
    if (day && (!first || day < first)) first = day
    if (day > last) last = day
  }
  return [first, last]
}
