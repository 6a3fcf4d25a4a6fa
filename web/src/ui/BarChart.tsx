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
  /** The parts of the value, in the order of the chart's series. */
  parts?: readonly number[]
}

export interface Series {
  name: string
  tone: 'good' | 'bad' | 'calm'
}

interface Props {
  title: string
  unit: string
  bars: readonly BarOf[]
  series?: readonly Series[]
  /** The bars' common name, as the head of the table's first column. */
  of?: string
  /** Set where a table of the same numbers stands beside it anyway. */
  withoutTable?: boolean
  /** For counts, which have no halves. */
  whole?: boolean
  /** Upright, for many bars with short names. */
  upright?: boolean
}

const STEPS = [1, 2, 2.5, 5, 10]
/** The most names that have room below upright bars, even on a phone. */
const NAMES = 6

/** Round marks along an axis that reaches `highest`, about four of them. */
export function marks(highest: number, whole = false): number[] {
  if (highest <= 0) return [0, 1]
  if (whole && highest < 4) return Array.from({ length: highest + 1 }, (_, n) => n)
  const rough = highest / 4
  const power = 10 ** Math.floor(Math.log10(rough))
  const step = (whole ? STEPS.filter((one) => Number.isInteger(one * power)) : STEPS).find(
    (one) => one * power >= rough,
  )
  const width = (step ?? 10) * power
  return Array.from({ length: Math.ceil(highest / width - 1e-9) + 1 }, (_, n) => n * width)
}

export function BarChart({ title, unit, bars, series, of, withoutTable, whole, upright }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const [table, showTable] = useState(false)
  const id = useId()
  const axis = marks(Math.max(...bars.map((bar) => bar.value), 0), whole)
  const most = bars.reduce((a, b) => (b.value > a.value ? b : a), bars[0] ?? { name: '', value: 0 })
  const summary = t('chart.summary', {
    title,
    count: bars.length,
    name: most.name,
    value: `${quantities.number(most.value)} ${unit}`,
  })
  const Plot = upright ? Upright : Lying
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
        <Numbers bars={bars} series={series ?? [{ name: unit, tone: 'good' }]} of={of ?? title} />
      ) : (
        <>
          {series && (
            <ul className={styles.legend}>
              {series.map(({ name, tone }) => (
                <li key={tone}>
                  <span className={`${styles.swatch} ${styles[tone]}`} />
                  {name}
                </li>
              ))}
            </ul>
          )}
          <Plot bars={bars} axis={axis} summary={summary} series={series} />
        </>
      )}
    </figure>
  )
}

function Numbers({ bars, series, of }: { bars: readonly BarOf[]; series: readonly Series[]; of: string }) {
  const quantities = useQuantities()
  return (
    <table className="number">
      <thead>
        <tr>
          <th scope="col">{of}</th>
          {series.map(({ name }) => (
            <th key={name} scope="col">
              {name}
            </th>
          ))}
        </tr>
      </thead>
      <tbody>
        {bars.map((bar) => (
          <tr key={bar.name}>
            <th scope="row">{bar.name}</th>
            {(bar.parts ?? [bar.value]).map((value, n) => (
              <td key={series[n]?.name}>{quantities.number(value)}</td>
            ))}
          </tr>
        ))}
      </tbody>
    </table>
  )
}

interface PlotProps {
  bars: readonly BarOf[]
  axis: readonly number[]
  summary: string
  series: readonly Series[] | undefined
}

/** The pieces of a bar: one, or one for each series with a value. */
function pieces(bar: BarOf, series: readonly Series[] | undefined) {
  if (!series || !bar.parts)
    return [{ tone: 'good' as const, value: bar.value, style: bar.colour ? { background: bar.colour } : {} }]
  return series
    .map(({ tone }, n) => ({ tone, value: bar.parts?.[n] ?? 0, style: {} }))
    .filter(({ value }) => value > 0)
}

function Upright({ bars, axis, summary, series }: PlotProps) {
  const quantities = useQuantities()
  const end = axis.at(-1)!
  const named = Math.ceil(bars.length / NAMES)
  const told = (bar: BarOf) =>
    [
      bar.name,
      ...(bar.parts ?? [bar.value]).map((v, n) => `${series?.[n]?.name ?? ''} ${quantities.number(v)}`),
    ]
      .map((text) => text.trim())
      .join(', ')
  return (
    <div className={styles.upright} role="img" aria-label={summary}>
      <div className={`${styles.scale} number`}>
        {axis.map((mark) => (
          <span key={mark} style={{ bottom: `${(100 * mark) / end}%` }}>
            {quantities.number(mark)}
          </span>
        ))}
      </div>
      {bars.map((bar, n) => (
        <div key={bar.name} className={styles.column} title={told(bar)}>
          <span className={styles.post} style={{ height: `${(100 * bar.value) / end}%` }}>
            {pieces(bar, series).map(({ tone, value, style }) => (
              <span key={tone} className={styles[tone]} style={{ flexGrow: value, ...style }} />
            ))}
          </span>
          {(bars.length - 1 - n) % named === 0 && <span className={styles.foot}>{bar.name}</span>}
        </div>
      ))}
    </div>
  )
}

function Lying({ bars, axis, summary, series }: PlotProps) {
  const quantities = useQuantities()
  const end = axis.at(-1)!
  return (
    <div className={styles.plot} role="img" aria-label={summary}>
      {bars.map((bar) => (
        <div key={bar.name} className={styles.row}>
          <span className={styles.name} title={bar.name}>
            {bar.name}
          </span>
          <span className={styles.track}>
            <span className={styles.bar} style={{ width: `${(100 * bar.value) / end}%` }}>
              {pieces(bar, series).map(({ tone, value, style }) => (
                <span key={tone} className={styles[tone]} style={{ flexGrow: value, ...style }} />
              ))}
            </span>
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
  )
}
