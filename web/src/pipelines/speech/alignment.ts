// The pipeline's findings about each recording, as far as the page shows them.
import { useQuery } from '@tanstack/react-query'
import { content, located } from '../../api/queries'
import type { ArtifactAnswer } from '../../api/schema'
import type { Caution } from '../../ui/Cautions'
import { rangesOf, zipMember } from './zipMember'

/** Seconds; confidence from 0 to 1, null where it was not judged. */
export interface Span {
  label: string
  start: number
  end: number
  confidence: number | null
}

export interface Word extends Span {
  kind: 'word' | 'fragment' | 'noise'
  /** Its pronunciation was guessed from its letters, as no dictionary had it. */
  guessed: boolean
  phones: Span[]
}

export interface Recording {
  recording: string
  transcript: string | null
  seconds: number
  verdict: string
  message: string | null
  /** Of the verdict; the message has them in English. */
  reasons?: Caution[]
  warnings: Caution[]
  speakers: {
    name: string
    utterances: { text: string; start?: number; end?: number; unspoken: string[]; words: Word[] }[]
  }[]
}

export interface Alignment {
  language: string
  /** About the job as a whole. */
  warnings: Caution[]
  recordings: Recording[]
}

/** Below it a word is shown as unsure; the pipeline counts by the same bound. */
export const UNSURE = 0.5

export const isUnsure = (word: Word): boolean =>
  word.kind !== 'noise' && ((word.confidence ?? 1) < UNSURE || word.guessed)

export const wordsOf = (recording: Recording, speaker: number): Word[] =>
  (recording.speakers[speaker]?.utterances ?? [])
    .flatMap(({ words }) => words)
    .sort((a, b) => a.start - b.start)

/** Of ordered spans, those that reach into the window: the first index, and the one after the last. */
export function within(spans: readonly Span[], from: number, to: number): [number, number] {
  let low = 0
  let high = spans.length
  while (low < high) {
    const middle = (low + high) >> 1
    if (spans[middle]!.end <= from) low = middle + 1
    else high = middle
  }
  let end = low
  while (end < spans.length && spans[end]!.start < to) end++
  return [low, end]
}

const NAME = 'alignment.json'

/** Read from its own artifact if there is one, else from the zip, without reading the recordings in it. */
export function useAlignment(artifacts: readonly ArtifactAnswer[]) {
  const own = artifacts.find((one) => one.name === 'alignment')
  const zip = artifacts.find((one) => one.name === 'complete')
  const source = own ?? zip
  return useQuery({
    queryKey: ['alignment', source?.download_url, source?.created_at],
    queryFn: async () => {
      if (own) return JSON.parse(await (await content(own)).text()) as Alignment
      const { url } = await located(zip!.download_url)
      const bytes = await zipMember(zip!.size_bytes, NAME, rangesOf(url))
      return JSON.parse(new TextDecoder().decode(bytes)) as Alignment
    },
    enabled: source !== undefined,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
  })
}
