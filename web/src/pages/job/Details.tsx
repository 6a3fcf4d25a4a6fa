import type { DuplicateGroupAnswer, FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Thumbnail } from '../../ui/Thumbnail'
import { confidenceOf } from './arrange'
import { ConfidenceMark } from './ConfidenceMark'
import styles from './Details.module.css'
import { clock } from './FileTile'

interface Candidate {
  source: string
  time: string
  weight: number
  note?: string
}

export function Details({ file, group }: { file: FileAnswer; group: DuplicateGroupAnswer | undefined }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const candidates = (file.timestamp_candidates ?? []) as unknown as Candidate[]
  const heaviest = Math.max(1, ...candidates.map((one) => one.weight))
  const source = (name: string) => said('option', `source.${name}`, name.replaceAll('_', ' '))
  return (
    <div className={styles.details}>
      {file.confidence && (
        <section>
          <h2 className="number">
            {file.detected_timestamp ? quantities.taken(file.detected_timestamp) : t('time.unknown')}
          </h2>
          <p className={styles.confidence}>
            <ConfidenceMark confidence={confidenceOf(file)} />
            {file.detected_timestamp && <span>UTC</span>}
          </p>
        </section>
      )}
      {file.error_code && (
        <section className={styles.error}>
          <h3>{t('file.rejected')}</h3>
          <p>{file.error_message ?? said('error', file.error_code, file.error_code)}</p>
        </section>
      )}
      {candidates.length > 0 && (
        <section>
          <h3>{t('candidates')}</h3>
          <ol className={styles.candidates}>
            {candidates.map((one, n) => (
              <li key={`${one.source}-${n}`} className={n === 0 ? styles.chosen : ''}>
                <span>
                  <strong>{source(one.source)}</strong>
                  {n === 0 && <em>{t('candidate.chosen')}</em>}
                </span>
                <span className="number">{quantities.taken(one.time)}</span>
                <span
                  className={styles.weight}
                  role="img"
                  aria-label={t('candidate.weight', { weight: one.weight })}
                >
                  <span style={{ width: `${(100 * one.weight) / heaviest}%` }} />
                </span>
                {one.note && <small>{t(`candidate.${one.note}` as 'candidate.ambiguous')}</small>}
              </li>
            ))}
          </ol>
        </section>
      )}
      <section>
        <h3>{t('details')}</h3>
        <Facts file={file} />
      </section>
      {group && (
        <section>
          <h3>{t(group.kind === 'exact' ? 'duplicates.exact' : 'duplicates.similar')}</h3>
          <ul className={styles.same}>
            {group.files.map((one) => (
              <li key={one.id}>
                <Thumbnail of={one.thumbnail} className={styles.face} alt="" />
                <span>{one.original_filename}</span>
                {one.id === group.kept && (
                  <em>{t(group.kind === 'exact' ? 'duplicates.kept' : 'duplicates.best')}</em>
                )}
              </li>
            ))}
          </ul>
        </section>
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
    kind: file.content_type ?? null,
    taken: file.detected_timestamp ? q.taken(file.detected_timestamp) : null,
    sha256: file.file_hash_sha256 ? `${file.file_hash_sha256.slice(0, 16)}…` : null,
  }
  return FACTS.filter((fact) => all[fact]).map((fact) => [fact, all[fact]!])
}
