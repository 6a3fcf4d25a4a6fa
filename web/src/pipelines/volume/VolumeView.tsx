// A volume's slices with their labels, its measures, and its surfaces.
import { useQuery } from '@tanstack/react-query'
import { Box } from 'lucide-react'
import { lazy, Suspense, useMemo, useState } from 'react'
import { content } from '../../api/queries'
import { Button, Notice, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import { type Measure, Measures } from './Measures'
import { type PartMeasure, Parts, ThicknessMap } from './Parts'
import { Planes } from './Planes'
import { gunzipped, parseSlices } from './slices'
import styles from './VolumeView.module.css'
import { useOwnWords } from './words'

const MeshView = lazy(() => import('./MeshView'))

interface Results {
  measures: Measure[]
  subregions?: PartMeasure[]
}

export default function VolumeView({ job, artifacts }: JobView) {
  const { t } = useOwnWords()
  const named = (name: string) => artifacts.find((one) => one.name === name)
  const lasting = { staleTime: Number.POSITIVE_INFINITY, gcTime: 5 * 60_000 }
  const slices = useQuery({
    queryKey: ['slices', job.id, job.completed_at],
    queryFn: async () => parseSlices(await gunzipped(await content(named('slices')!))),
    enabled: Boolean(named('slices')),
    ...lasting,
  })
  const results = useQuery({
    queryKey: ['results', job.id, job.completed_at],
    queryFn: async () => JSON.parse(await (await content(named('results')!)).text()) as Results,
    enabled: Boolean(named('results')),
    ...lasting,
  })
  // Each surface is also there as PLY, which other programs read.
  const meshes = useMemo(
    () => artifacts.filter((one) => one.name.startsWith('mesh-') && one.filename.endsWith('.stl')),
    [artifacts],
  )
  const thickness = named('thickness')
  const [solid, showSolid] = useState(false)
  const colours = useMemo(
    () => new Map(slices.data?.labels.map((label) => [slugOf(label.region), label.colour])),
    [slices.data],
  )

  return (
    <div className={styles.volume}>
      {slices.isPending && <Skeleton lines={4} />}
      {slices.isError && (
        <Notice
          kind="error"
          title={t('volume.gone')}
          action={<Button onPress={() => slices.refetch()}>{t('again')}</Button>}
        />
      )}
      {slices.data && <Planes volume={slices.data} />}
      {meshes.length > 0 && (
        <section className={styles.solid}>
          {solid ? (
            <Suspense fallback={<div className={styles.stage}>{t('loading')}</div>}>
              <MeshView
                artifacts={meshes}
                colourOf={(name) => colours.get(name.replace(/^mesh-/, '')) ?? '#9aa4b2'}
              />
            </Suspense>
          ) : (
            <Button icon={Box} onPress={() => showSolid(true)}>
              {t('volume.solid')}
            </Button>
          )}
        </section>
      )}
      {results.data && (
        <Measures
          measures={results.data.measures}
          colours={new Map(slices.data?.labels.map((label) => [label.value, label.colour]))}
        />
      )}
      {results.data?.subregions?.length ? <Parts parts={results.data.subregions} /> : null}
      {thickness && <ThicknessMap artifact={thickness} />}
    </div>
  )
}

/** The name that the pipeline gives a region's files. */
const slugOf = (region: string) =>
  region
    .toLowerCase()
    .replace(/[^a-z0-9_-]+/g, '_')
    .replace(/^_+|_+$/g, '')
