// The parts of each knee's cartilage, and their thickness.
import { useQuery } from '@tanstack/react-query'
import { located } from '../../api/queries'
import type { ArtifactAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { Skeleton } from '../../ui/controls'
import styles from './Measures.module.css'
import { useOwnWords } from './words'

const METRICS = ['mean_thickness_mm', 'std_thickness_mm', 'median_thickness_mm'] as const
export type PartMeasure = { region: string; subregion: string } & Record<
  (typeof METRICS)[number],
  number | null
>

export function Parts({ parts }: { parts: readonly PartMeasure[] }) {
  const { t } = useOwnWords()
  const quantities = useQuantities()
  return (
    <section className={styles.measures} aria-labelledby="parts">
      <h2 id="parts">{t('volume.parts')}</h2>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
      <div className={styles.scroll} tabIndex={0}>
        <table className="number">
          <thead>
            <tr>
              <th scope="col">{t('measure.part')}</th>
              {METRICS.map((one) => (
                <th key={one} scope="col">
                  {t(`measure.${one}`)} <small>mm</small>
                </th>
              ))}
            </tr>
          </thead>
          <tbody>
            {parts.map((one) => (
              <tr key={`${one.region} ${one.subregion}`}>
                <th scope="row">{one.subregion.replaceAll('_', ' ')}</th>
                {METRICS.map((name) => (
                  <td key={name}>{one[name] === null ? '–' : quantities.number(one[name])}</td>
                ))}
              </tr>
            ))}
          </tbody>
        </table>
      </div>
    </section>
  )
}

export function ThicknessMap({ artifact }: { artifact: ArtifactAnswer }) {
  const { t } = useOwnWords()
  const address = useQuery({
    queryKey: ['located', artifact.download_url, artifact.created_at],
    queryFn: () => located(artifact.download_url),
    staleTime: 10 * 60_000,
  })
  return (
    <section className={styles.map} aria-labelledby="thickness">
      <h2 id="thickness">{t('volume.thickness')}</h2>
      {address.data ? (
        <img crossOrigin="anonymous" src={address.data.url} alt={t('volume.thickness')} decoding="async" />
      ) : (
        <Skeleton lines={4} />
      )}
    </section>
  )
}
