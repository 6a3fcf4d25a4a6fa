// The time of a photo, and the evidence for it.
import { useQuery } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { oneFile } from '../../api/library'
import type { FileAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { Button, Skeleton } from '../../ui/controls'
import { ConfidenceMark } from './ConfidenceMark'
import { confidenceOf } from './confidence'
import styles from './Times.module.css'
import { takenOf } from './taken'
import { useOwnWords } from './words'

const Redate = lazy(() => import('./Redate'))

interface Candidate {
  source: string
  time: string
  weight: number
  note?: string
  reason?: string
}

export default function Times({ file }: { file: FileAnswer }) {
  const { t, said } = useOwnWords()
  const quantities = useQuantities()
  const [correcting, correct] = useState(false)
  if (!file.confidence) return null
  const taken = takenOf(file)
  return (
    <>
      <section>
        <h2 className="number">{taken ? quantities.taken(taken) : t('time.unknown')}</h2>
        <p className={styles.confidence}>
          <ConfidenceMark confidence={confidenceOf(file)} />
          {taken && <span>{zoneOf(file)}</span>}
          {typeof file.offset_source === 'string' && (
            <span>{said('option', `zone.${file.offset_source}`, file.offset_source)}</span>
          )}
        </p>
        {file.damaged === true && <p className={styles.damaged}>{t('damaged')}</p>}
        {correcting ? (
          <Suspense>
            <Redate files={[file]} onDone={() => correct(false)} />
          </Suspense>
        ) : (
          <span>
            <Button icon={CalendarClock} onPress={() => correct(true)}>
              {t('redate')}
            </Button>
          </span>
        )}
      </section>
      <Candidates file={file} />
    </>
  )
}

const zoneOf = (file: FileAnswer): string =>
  typeof file.utc_offset === 'string' && file.utc_offset !== '+00:00' ? `UTC${file.utc_offset}` : 'UTC'

/** Long lists leave them out: they come with the file itself. */
function Candidates({ file }: { file: FileAnswer }) {
  const { t, said } = useOwnWords()
  const quantities = useQuantities()
  const asked = useQuery({ ...oneFile(file.id), enabled: !file.timestamp_candidates })
  const found = file.timestamp_candidates ?? asked.data?.value.timestamp_candidates
  if (asked.isError && !found)
    return (
      <section>
        <h3>{t('candidates')}</h3>
        <p>{t('candidates.gone')}</p>
        <span>
          <Button onPress={() => void asked.refetch()}>{t('again')}</Button>
        </span>
      </section>
    )
  if (!found && asked.isPending) return <Skeleton lines={2} />
  const candidates = (found ?? []) as unknown as Candidate[]
  if (!candidates.length) return null
  const heaviest = Math.max(1, ...candidates.map((one) => one.weight))
  return (
    <section>
      <h3>{t('candidates')}</h3>
      <ol className={styles.candidates}>
        {candidates.map((one, n) => (
          <li key={`${one.source}-${n}`} className={n === 0 ? styles.chosen : ''}>
            <span>
              <strong>{said('option', `source.${one.source}`, one.source.replaceAll('_', ' '))}</strong>
              {n === 0 && <em>{t('candidate.chosen')}</em>}
            </span>
            <span className="number">{quantities.taken(one.time)} UTC</span>
            <span
              className={styles.weight}
              role="img"
              aria-label={t('candidate.weight', { weight: one.weight })}
            >
              <span style={{ width: `${(100 * one.weight) / heaviest}%` }} />
            </span>
            {[one.note, one.reason].map(
              (why) => why && <small key={why}>{said('option', `candidate.${why}`, why)}</small>,
            )}
          </li>
        ))}
      </ol>
    </section>
  )
}
