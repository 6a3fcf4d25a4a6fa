// The picture before and after, one under the other; a slider draws one aside. The card's patches are marked on it.
import { useQuery } from '@tanstack/react-query'
import { useId, useState } from 'react'
import { located } from '../../api/queries'
import type { ArtifactAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { Switch } from '../../ui/Switch'
import styles from './BeforeAfter.module.css'
import { cssOf, markRadius, type PictureReport, toneOf } from './report'
import { useOwnWords } from './words'

interface Props {
  report: PictureReport
  before: ArtifactAnswer | undefined
  after: ArtifactAnswer | undefined
}

export function BeforeAfter({ report, before, after }: Props) {
  const { t } = useOwnWords()
  const quantities = useQuantities()
  const id = useId()
  const [share, move] = useState(50)
  const [patches, showPatches] = useState(true)
  const [first, second] = [useAddress(before), useAddress(after)]
  const { width = 0, height = 0 } = report.picture
  const both = Boolean(before && after)
  if (!before && !after) return null
  const marked = report.patch_places?.length && report.fit && width && height
  return (
    <figure className={styles.figure}>
      <div
        className={styles.stage}
        style={
          width && height
            ? { aspectRatio: `${width} / ${height}`, maxWidth: `${(76 * width) / height}vh` }
            : {}
        }
      >
        {second && (
          <img
            crossOrigin="anonymous"
            src={second}
            alt={t('colour.afterOf', { name: report.file })}
            draggable={false}
          />
        )}
        {first && (
          <img
            crossOrigin="anonymous"
            src={first}
            alt={t('colour.beforeOf', { name: report.file })}
            draggable={false}
            style={both ? { clipPath: `inset(0 ${100 - share}% 0 0)` } : {}}
          />
        )}
        {marked && patches && <Patches report={report} width={width} height={height} />}
        {both && (
          <>
            <span className={styles.line} style={{ left: `${share}%` }} aria-hidden />
            <span className={styles.left} aria-hidden>
              {t('colour.isBefore')}
            </span>
            <span className={styles.right} aria-hidden>
              {t('colour.isAfter')}
            </span>
          </>
        )}
      </div>
      <figcaption>
        {both && (
          <label htmlFor={id}>
            {t('colour.slider')}
            <input
              id={id}
              type="range"
              min={0}
              max={100}
              value={share}
              aria-valuetext={t('colour.share', { share: quantities.percent(share) })}
              onChange={(event) => move(event.target.valueAsNumber)}
            />
          </label>
        )}
        {marked && (
          <Switch isSelected={patches} onChange={showPatches}>
            {t('colour.patches')}
          </Switch>
        )}
      </figcaption>
    </figure>
  )
}

/** On each patch its true colour, ringed by how close the result is. */
function Patches({ report, width, height }: { report: PictureReport; width: number; height: number }) {
  const { t } = useOwnWords()
  const { patches, summary } = report.fit!
  const places = report.patch_places!
  const radius = markRadius(places)
  return (
    <svg
      className={styles.patches}
      viewBox={`0 0 ${width} ${height}`}
      role="img"
      aria-label={t('colour.patchesOf', {
        count: patches.length,
        over: summary.patches_above_threshold,
      })}
    >
      {patches.map((patch) => {
        const place = places[patch.index]
        if (!place) return null
        return (
          <circle
            key={patch.index}
            cx={place[0]}
            cy={place[1]}
            r={radius * 0.7}
            className={styles[toneOf(patch, summary.threshold_delta_e)]}
            style={{ fill: cssOf(patch.reference_lab) }}
          >
            <title>
              {patch.name}: ΔE00 {patch.delta_e_2000.toFixed(2)}
            </title>
          </circle>
        )
      })}
    </svg>
  )
}

function useAddress(artifact: ArtifactAnswer | undefined): string | undefined {
  const asked = useQuery({
    queryKey: ['located', artifact?.download_url, artifact?.created_at],
    queryFn: () => located(artifact!.download_url),
    enabled: artifact !== undefined,
    staleTime: 10 * 60_000,
  })
  return asked.data?.url
}
