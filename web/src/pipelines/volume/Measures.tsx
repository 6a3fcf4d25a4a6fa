import { useState } from 'react'
import { useQuantities } from '../../i18n/quantities'
import { BarChart } from '../../ui/BarChart'
import { Select } from '../../ui/controls'
import styles from './Measures.module.css'
import { useOwnWords } from './words'

export type Measure = { label: number; region: string; kind: string } & Partial<Record<Metric, number | null>>

const METRICS = [
  'volume_mm3',
  'surface_mm2',
  'mean_thickness_mm',
  'std_thickness_mm',
  'median_thickness_mm',
  'dice',
] as const
type Metric = (typeof METRICS)[number]
const UNITS: Record<Metric, string> = {
  volume_mm3: 'mm³',
  surface_mm2: 'mm²',
  mean_thickness_mm: 'mm',
  std_thickness_mm: 'mm',
  median_thickness_mm: 'mm',
  dice: '',
}

export function Measures({
  measures,
  colours,
}: {
  measures: readonly Measure[]
  colours: ReadonlyMap<number, string>
}) {
  const { t } = useOwnWords()
  const quantities = useQuantities()
  const known = METRICS.filter((metric) => measures.some((one) => typeof one[metric] === 'number'))
  const [metric, setMetric] = useState<Metric>('volume_mm3')
  const bars = measures
    .filter((one) => typeof one[metric] === 'number')
    .map((one) => ({ name: one.region, value: one[metric] as number, colour: colours.get(one.label) }))
  return (
    <section className={styles.measures} aria-labelledby="measures">
      <h2 id="measures">{t('measures')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
      <div className={styles.scroll} tabIndex={0}>
        <table className="number">
          <thead>
            <tr>
              <th scope="col">{t('measure.region')}</th>
              {known.map((one) => (
                <th key={one} scope="col">
                  {t(`measure.${one}`)} {UNITS[one] && <small>{UNITS[one]}</small>}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {measures.map((one) => (
              <tr key={one.label}>
                <th scope="row">
                  <span
                    className={styles.swatch}
                    style={{ background: colours.get(one.label) ?? 'transparent' }}
                  />
                  {one.region}
                </th>
                {known.map((name) => (
                  <td key={name}>{typeof one[name] === 'number' ? quantities.number(one[name]) : '–'}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
      <div className={styles.chart}>
        <Select
          label={t('measure.shown')}
          value={metric}
          onChange={setMetric}
          options={known.map((one) => [one, t(`measure.${one}`)] as const)}
        />
        <BarChart withoutTable title={t(`measure.${metric}`)} unit={UNITS[metric]} bars={bars} />
      </div>
    </section>
  )
}
