// The recordings of a job with what was found of each, and one of them over time.
import { useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { FileAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { useOriginal } from '../../pages/job/original'
import { Cautions } from '../../ui/Cautions'
import { Button, Notice, Select, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import { VerdictMark } from '../verdicts'
import { type Recording, useAlignment, wordsOf } from './alignment'
import styles from './Recordings.module.css'
import { Timeline } from './Timeline'
import { drawable, usePeaks } from './waveform'
import { useOwnWords } from './words'

export default function Recordings({ job, artifacts, files }: JobView) {
  const { t } = useOwnWords()
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
  const { recordings, notes } = alignment.data
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
      {!job.result && <Cautions metadata={{ warnings: notes }} />}
      {recording && (
        <One
          key={recording.recording}
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
                  <td>{one.message ?? '–'}</td>
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

function One({ recording, file }: { recording: Recording; file: FileAnswer | undefined }) {
  const { t } = useOwnWords()
  const [speaker, listenTo] = useState('0')
  const original = useOriginal(file ?? ({ id: '' } as FileAnswer), file !== undefined)
  const url = original.data?.url
  const wanted = Boolean(file && drawable(recording.seconds, file.size_bytes))
  const peaks = usePeaks(url, file?.id, wanted)
  const words = useMemo(() => wordsOf(recording, Number(speaker)), [recording, speaker])
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
      {recording.message && <p>{recording.message}</p>}
      {words.length > 0 && (
        <Timeline key={speaker} words={words} seconds={recording.seconds} peaks={peaks.data} url={url} />
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
