// The difference of each patch from the card's values, before and after; as bars, and as a table of the same numbers.
import { useState } from 'react'
import { BarChart } from '../../ui/BarChart'
import { Select } from '../../ui/controls'
import styles from './Differences.module.css'
import { cssOf, type Patch, type PictureReport, toneOf } from './report'
import { useOwnWords } from './words'

const SHOWN = ['delta_e_2000', 'delta_e_2000_before', 'leave_one_out'] as const
type Shown = (typeof SHOWN)[number]

export function Differences({ fit }: { fit: NonNullable<PictureReport['fit']> }) {
  const { t } = useOwnWords()
  const [shown, show] = useState<Shown>('delta_e_2000')
  const threshold = fit.summary.threshold_delta_e
  const bars = fit.patches
    .filter((patch) => patch[shown] !== null)
    .map((patch) => {
      const value = patch[shown] as number
      return { name: patch.name, value, parts: value > threshold ? [0, value] : [value, 0] }
    })
  return (
    <section className={styles.differences} aria-labelledby="differences">
      <h2 id="differences">{t('colour.differences')}</h2>
      <div className={styles.chart}>
        <Select
          label={t('colour.chartOf')}
          value={shown}
          onChange={show}
          options={SHOWN.map((one) => [one, t(`colour.of.${one}`)] as const)}
        />
        <BarChart
          withoutTable
          title={t(`colour.of.${shown}`)}
          unit="ΔE00"
          series={[
            { name: t('colour.within', { threshold }), tone: 'good' },
            { name: t('colour.over', { threshold }), tone: 'bad' },
          ]}
          bars={bars}
        />
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={t('colour.table')}>
        <table className="number">
          <thead>
            <tr>
              <th scope="col">{t('colour.patch')}</th>
              <th scope="col">{t('colour.swatches')}</th>
              {SHOWN.map((one) => (
                <th key={one} scope="col">
                  {t(`colour.of.${one}`)}
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {fit.patches.map((patch) => (
              <Row key={patch.index} patch={patch} threshold={threshold} />
            ))}
          </tbody>
        </table>
      </section>
    </section>
  )
}

function Row({ patch, threshold }: { patch: Patch; threshold: number }) {
  const { t, said } = useOwnWords()
  const tone = toneOf(patch, threshold)
  return (
    <tr className={styles[tone]}>
      <th scope="row">
        {patch.name}
        {patch.left_out && (
          <small>{said('option', `colour.leftOut.${patch.left_out}`, patch.left_out)}</small>
        )}
        {tone === 'over' && <small>{t('colour.over', { threshold })}</small>}
      </th>
      <td>
        <span className={styles.swatches} aria-hidden>
          <i style={{ background: cssOf(patch.reference_lab) }} />
          <i style={{ background: cssOf(patch.before_lab) }} />
          <i style={{ background: cssOf(patch.after_lab) }} />
        </span>
      </td>
      {SHOWN.map((one) => (
        <td key={one}>{patch[one] === null ? '–' : (patch[one] as number).toFixed(2)}</td>
      ))}
    </tr>
  )
}
