// Bars with an axis, its unit, a summary in words, and the same numbers as a table behind a toggle.
import { useId, useState } from 'react'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import styles from './BarChart.module.css'
import { Button } from './controls'

export interface BarOf {
  name: string
  value: number
  colour?: string | undefined
}

interface Props {
  title: string
  unit: string
  bars: readonly BarOf[]
  /** Where a table of the same numbers stands beside it anyway. */
  withoutTable?: boolean
  /** Counted things have no halves. */
  whole?: boolean
  /** Upright, for many bars with short names. */
  upright?: boolean
}

const STEPS = [1, 2, 2.5, 5, 10]

/** Round marks along an axis that reaches `highest`, about four of them. */
export function marks(highest: number, whole = false): number[] {
  if (highest <= 0) return [0, 1]
  if (whole && highest < 4) return Array.from({ length: highest + 1 }, (_, n) => n)
  const rough = highest / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = STEPS.find((one) => one * power >= rough)! * power
  return Array.from({ length: Math.ceil(highest / step - 1e-9) + 1 }, (_, n) => n * step)
}

export function BarChart({ title, unit, bars, withoutTable, whole, upright }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const [table, showTable] = useState(false)
  const id = useId()
  const axis = marks(Math.max(...bars.map((bar) => bar.value), 0), whole)
  const end = axis.at(-1)!
  const most = bars.reduce((a, b) => (b.value > a.value ? b : a), bars[0] ?? { name: '', value: 0 })
  const summary = t('chart.summary', {
    title,
    count: bars.length,
    name: most.name,
    value: `${quantities.number(most.value)} ${unit}`,
  })
  return (
    <figure className={styles.chart} aria-labelledby={id}>
      <figcaption id={id}>
        <span>
          {title} <small>{unit}</small>
        </span>
        {!withoutTable && (
          <Button kind="quiet" aria-pressed={table} onPress={() => showTable(!table)}>
            {table ? t('chart.show') : t('chart.table')}
          </Button>
        )}
      </figcaption>
      {table ? (
        <table className="number">
          <tbody>
            {bars.map((bar) => (
              <tr key={bar.name}>
                <th scope="row">{bar.name}</th>
                <td>
                  {quantities.number(bar.value)} {unit}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      ) : upright ? (
        <div className={styles.upright} role="img" aria-label={summary}>
          <div className={`${styles.scale} number`}>
            {axis.map((mark) => (
              <span key={mark} style={{ bottom: `${(100 * mark) / end}%` }}>
                {quantities.number(mark)}
              </span>
            ))}
          </div>
          {bars.map((bar) => (
            <div key={bar.name} className={styles.column}>
              <span
                className={styles.post}
                style={{ height: `${(100 * bar.value) / end}%` }}
                title={quantities.number(bar.value)}
              />
              <span className={styles.foot}>{bar.name}</span>
            </div>
          ))}
        </div>
      ) : (
        <div className={styles.plot} role="img" aria-label={summary}>
          {bars.map((bar) => (
            <div key={bar.name} className={styles.row}>
              <span className={styles.name}>{bar.name}</span>
              <span className={styles.track}>
                <span
                  className={styles.bar}
                  style={{
                    width: `${(100 * bar.value) / end}%`,
                    ...(bar.colour ? { background: bar.colour } : {}),
                  }}
                />
                <span className={`${styles.value} number`}>{quantities.number(bar.value)}</span>
              </span>
            </div>
          ))}
          <div className={styles.row}>
            <span />
            <span className={`${styles.axis} number`}>
              {axis.map((mark) => (
                <span key={mark} style={{ left: `${(100 * mark) / end}%` }}>
                  {quantities.number(mark)}
                </span>
              ))}
            </span>
          </div>
        </div>
      )}
    </figure>
  )
}
