import { Suspense } from 'react'
import type { FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import type { FileView, PipelinePage } from '../../pipelines/contract'
import { Skeleton } from '../../ui/controls'
import styles from './Details.module.css'
import { clock } from './FileTile'

export function Details({ file, beside, page }: FileView & { page: PipelinePage }) {
  const { t, said } = useWords()
  const { FileHead, FileFoot } = page
  return (
    <div className={styles.details}>
      {FileHead && (
        <Suspense fallback={<Skeleton lines={2} />}>
          <FileHead key={file.id} file={file} beside={beside} />
        </Suspense>
      )}
      {file.error_code && (
        <section className={styles.error}>
          <h3>{t('file.rejected')}</h3>
          <p>{said('error', file.error_code, file.error_message ?? file.error_code)}</p>
        </section>
      )}
      <section>
        <h3>{t('details')}</h3>
        <Facts file={file} />
      </section>
      {FileFoot && (
        <Suspense>
          <FileFoot key={file.id} file={file} beside={beside} />
        </Suspense>
      )}
    </div>
  )
}

export function Facts({ file, differing }: { file: FileAnswer; differing?: ReadonlySet<string> }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const facts = factsOf(file, quantities)
  return (
    <dl className={`${styles.facts} number`}>
      {facts.map(([key, value]) => (
        <div key={key} className={differing?.has(key) ? styles.differs : ''}>
          <dt>{t(`fact.${key}`)}</dt>
          <dd>
            {value}
            {differing?.has(key) && <span className="visually-hidden"> ({t('fact.differs')})</span>}
          </dd>
        </div>
      ))}
    </dl>
  )
}

export const FACTS = [
  'name',
  'size',
  'pixels',
  'length',
  'voxels',
  'spacing',
  'values',
  'format',
  'camera',
  'place',
  'from',
  'kind',
  'taken',
  'sha256',
] as const
export type Fact = (typeof FACTS)[number]

export function factsOf(file: FileAnswer, q: ReturnType<typeof useQuantities>): [Fact, string][] {
  const gps = file.gps as { latitude: number; longitude: number } | null | undefined
  const all: Record<Fact, string | null> = {
    name: file.original_filename,
    size: q.bytes(file.size_bytes),
    pixels: file.width && file.height ? `${file.width} × ${file.height}` : null,
    length: file.duration_seconds == null ? null : clock(file.duration_seconds),
    voxels: Array.isArray(file.shape) ? file.shape.join(' × ') : null,
    spacing: Array.isArray(file.spacing_mm)
      ? `${file.spacing_mm.map((mm: number) => q.number(mm)).join(' × ')} mm`
      : null,
    values: typeof file.dtype === 'string' ? file.dtype : null,
    format: typeof file.format === 'string' ? file.format : null,
    camera: file.camera ?? null,
    place: gps ? `${gps.latitude.toFixed(5)}, ${gps.longitude.toFixed(5)}` : null,
    from: file.given_by ?? null,
    kind: file.content_type ?? null,
    // By the clock at the photo's place.
    taken:
      typeof file.taken_local === 'string'
        ? q.taken(`${file.taken_local}Z`)
        : file.detected_timestamp
          ? q.taken(file.detected_timestamp)
          : null,
    sha256: file.file_hash_sha256 ? `${file.file_hash_sha256.slice(0, 16)}…` : null,
  }
  return FACTS.filter((fact) => all[fact]).map((fact) => [fact, all[fact]!])
}
