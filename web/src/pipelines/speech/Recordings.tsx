// The recordings of a job with the findings about each, and one of them over time.
import { Download } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import type { FileAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { useOriginal } from '../../pages/job/original'
import { Cautions } from '../../ui/Cautions'
import { Button, Notice, Select, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import { VerdictMark } from '../verdicts'
import { type Recording, useAlignment, wordsOf } from './alignment'
import { useCorrections, useKeepTier } from './corrections'
import { corrected, countOf, type Moved, movedTo, textGridOf } from './moving'
import styles from './Recordings.module.css'
import { Timeline } from './Timeline'
import { drawable, usePeaks } from './waveform'
import { useOwnWords, useReasons } from './words'

export default function Recordings({ job, artifacts, files }: JobView) {
  const { t } = useOwnWords()
  const whyOf = useReasons()
  const quantities = useQuantities()
  const [params, setParams] = useSearchParams()
  const alignment = useAlignment(artifacts)
  if (alignment.isError)
    return (
      <Notice
        kind="error"
        title={t('speech.gone')}
        action={<Button onPress={() => alignment.refetch()}>{t('again')}</Button>}
      />
    )
  if (!alignment.data) return <Skeleton lines={5} />
  const { recordings, warnings } = alignment.data
  const asked = recordings.findIndex((one) => one.recording === params.get('recording'))
  const chosen =
    asked >= 0
      ? asked
      : Math.max(
          0,
          recordings.findIndex((one) => one.speakers.length),
        )
  const recording = recordings[chosen]
  const choose = (name: string) => {
    const next = new URLSearchParams(params)
    next.set('recording', name)
    setParams(next, { replace: true })
  }
  return (
    <div className={styles.recordings}>
      {!job.result && <Cautions metadata={{ warnings }} />}
      {recording && (
        <One
          key={recording.recording}
          job={job.id}
          recording={recording}
          file={files.find((file) => file?.original_filename === recording.recording)}
        />
      )}
      <section aria-labelledby="verdicts">
        <h2 id="verdicts">{t('speech.verdicts')}</h2>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
        <section className={styles.scroll} tabIndex={0} aria-label={t('speech.table')}>
          <table>
            <thead>
              <tr>
                {(['recording', 'verdict', 'length', 'spoken', 'reason'] as const).map((name) => (
                  <th key={name} scope="col">
                    {t(`speech.column.${name}`)}
                  </th>
                ))}
              </tr>
            </thead>
            <tbody>
              {recordings.map((one, n) => (
                <tr key={one.recording} aria-current={n === chosen || undefined}>
                  <th scope="row">
                    <button type="button" onClick={() => choose(one.recording)}>
                      {one.recording}
                    </button>
                  </th>
                  <td>
                    <VerdictMark value={one.verdict} />
                  </td>
                  <td className="number">{quantities.duration(one.seconds)}</td>
                  <td className="number">{quantities.number(spokenOf(one))}</td>
                  <td>{whyOf(one) ?? '–'}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </section>
      </section>
    </div>
  )
}

const spokenOf = (one: Recording) =>
  one.speakers.reduce((sum, _, n) => sum + wordsOf(one, n).filter(({ kind }) => kind !== 'noise').length, 0)

type ByTier = Readonly<Record<string, Moved>>
const NOTHING: Moved = {}
const stemOf = (name: string) => name.slice(name.lastIndexOf('/') + 1).replace(/\.[^.]+$/, '')

/** Hands content made by the page to the browser's own download. */
function handOut(name: string, text: string) {
  const link = document.createElement('a')
  link.href = URL.createObjectURL(new Blob([text], { type: 'text/plain' }))
  link.download = name
  link.click()
  // The browser has started the download by then.
  setTimeout(() => URL.revokeObjectURL(link.href), 60_000)
}

function One({ job, recording, file }: { job: string; recording: Recording; file: FileAnswer | undefined }) {
  const { t, said } = useOwnWords()
  const why = useReasons()(recording)
  const [speaker, listenTo] = useState('0')
  const original = useOriginal(file ?? ({ id: '' } as FileAnswer), file !== undefined)
  const url = original.data?.url
  const wanted = Boolean(file && drawable(recording.seconds, file.size_bytes))
  const peaks = usePeaks(url, file?.id, wanted)
  const found = useMemo(() => wordsOf(recording, Number(speaker)), [recording, speaker])
  const kept = useCorrections(job).data?.[recording.recording]
  const keep = useKeepTier(job)
  const [moving, setMoving] = useState<ByTier>({})
  // A pointer moves more often than the page is drawn: each move continues from the last, drawn or not.
  const latest = useRef(moving)
  const change = (make: (now: ByTier) => ByTier) => {
    latest.current = make(latest.current)
    setMoving(latest.current)
  }
  const moved = moving[speaker] ?? kept?.[speaker] ?? NOTHING
  const words = useMemo(() => corrected(found, moved), [found, moved])
  const move = (edge: number, to: number) => {
    const before = latest.current[speaker] ?? kept?.[speaker] ?? NOTHING
    const after = movedTo(found, before, edge, to, recording.seconds)
    change((now) => ({ ...now, [speaker]: after.moved }))
    return after.edge
  }
  const wordsNow = (n: number) => corrected(wordsOf(recording, n), moving[n] ?? kept?.[String(n)] ?? NOTHING)
  const unspoken = recording.speakers[Number(speaker)]?.utterances.flatMap((one) => one.unspoken) ?? []
  return (
    <section className={styles.one} aria-labelledby="recording">
      <header>
        <h2 id="recording">{recording.recording}</h2>
        <VerdictMark value={recording.verdict} />
        {recording.speakers.length > 1 && (
          <Select
            label={t('speech.speaker')}
            value={speaker}
            onChange={listenTo}
            options={recording.speakers.map(({ name }, n) => [String(n), name] as const)}
          />
        )}
      </header>
      {why && <p>{why}</p>}
      {words.length > 0 && (
        <Timeline
          key={speaker}
          words={words}
          seconds={recording.seconds}
          peaks={peaks.data}
          url={url}
          onMove={move}
        />
      )}
      {(countOf(moved) > 0 || moving[speaker]) && (
        <div className={styles.moved}>
          <span>{t('speech.moved', { count: countOf(moved) })}</span>
          <Button
            kind="primary"
            isDisabled={!moving[speaker]}
            busy={keep.isPending}
            onPress={() =>
              keep.mutate(
                { recording: recording.recording, speaker, moved },
                // What has been moved during the save is not saved yet.
                {
                  onSuccess: () =>
                    change(({ [speaker]: now, ...others }) =>
                      now && now !== moved ? { ...others, [speaker]: now } : others,
                    ),
                },
              )
            }
          >
            {t('speech.save')}
          </Button>
          <Button onPress={() => change((now) => ({ ...now, [speaker]: NOTHING }))}>
            {t('speech.asFound')}
          </Button>
          <Button
            icon={Download}
            onPress={() =>
              handOut(`${stemOf(recording.recording)}.TextGrid`, textGridOf(recording, wordsNow))
            }
          >
            {t('speech.textgrid')}
          </Button>
        </div>
      )}
      {keep.error && (
        <Notice
          kind="error"
          title={
            keep.error instanceof Problem && !keep.error.unreachable
              ? said('error', keep.error.code, keep.error.message)
              : t('offline.title')
          }
        />
      )}
      {file && !wanted && <p className={styles.note}>{t('speech.tooLong')}</p>}
      {(original.isError || peaks.isError) && (
        <Notice
          kind="warning"
          title={t('speech.soundGone')}
          action={
            <Button onPress={() => void (original.isError ? original.refetch() : peaks.refetch())}>
              {t('again')}
            </Button>
          }
        />
      )}
      {unspoken.length > 0 && (
        <p className={styles.note}>
          {t('speech.unspoken', { count: unspoken.length, words: unspoken.slice(0, 30).join(', ') })}
        </p>
      )}
    </section>
  )
}
