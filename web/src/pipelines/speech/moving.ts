// Boundaries moved by hand: of words and of their phones, which share their outer ones.
import type { Recording, Span, Word } from './alignment'

/** Seconds: no span may become shorter than `SHORTEST`; boundaries nearer than `SAME` are one. */
const SHORTEST = 0.01
const SAME = 0.0005

/** Times of a word in ms: its own start and end, then those of its phones. By its place among the speaker's words. */
export type Moved = Readonly<Record<string, readonly number[]>>
/** By recording, then by the speaker's place. */
export type Corrections = Readonly<Record<string, Readonly<Record<string, Moved>>>>

export const countOf = (moved: Moved): number => Object.keys(moved).length

const ms = (seconds: number) => Math.round(seconds * 1000)
const timesOf = (word: Word): number[] =>
  [word, ...word.phones].flatMap(({ start, end }) => [ms(start), ms(end)])

/** The words with their moved boundaries. Times that don't fit a word, from an older alignment, leave it unchanged. */
export function corrected(words: readonly Word[], moved: Moved): Word[] {
  return words.map((word, n) => {
    const times = moved[n]
    if (!times || times.length !== 2 + 2 * word.phones.length) return word
    const at = (place: number) => ({ start: times[2 * place]! / 1000, end: times[2 * place + 1]! / 1000 })
    return { ...word, ...at(0), phones: word.phones.map((phone, i) => ({ ...phone, ...at(i + 1) })) }
  })
}

/** Every boundary of these words and phones, in order, each once. */
export function edgesOf(words: readonly Word[]): number[] {
  const all = words
    .flatMap((word) => [word, ...word.phones].flatMap(({ start, end }) => [start, end]))
    .sort((a, b) => a - b)
  return all.filter((time, n) => n === 0 || time - all[n - 1]! > SAME)
}

/** The nearest boundary, if one is near enough. */
export function edgeNear(words: readonly Word[], time: number, within: number): number | null {
  const near = edgesOf(words).sort((a, b) => Math.abs(a - time) - Math.abs(b - time))[0]
  return near !== undefined && Math.abs(near - time) <= within ? near : null
}

/** The range of a boundary: between its neighbours on either side. */
export function reachOf(words: readonly Word[], edge: number, seconds: number): [number, number] {
  const spans = words.flatMap((word): Span[] => [word, ...word.phones])
  const is = (time: number) => Math.abs(time - edge) <= SAME
  const low = spans.flatMap(({ start, end }) => (is(end) ? [start + SHORTEST] : end < edge ? [end] : []))
  const high = spans.flatMap(({ start, end }) => (is(start) ? [end - SHORTEST] : start > edge ? [start] : []))
  return [Math.max(0, ...low), Math.min(seconds, ...high)]
}

/** The changes that put this boundary at `to`, or as near as its neighbours allow. */
export function movedTo(
  words: readonly Word[],
  moved: Moved,
  edge: number,
  to: number,
  seconds: number,
): { moved: Moved; edge: number } {
  const now = corrected(words, moved)
  const [low, high] = reachOf(now, edge, seconds)
  if (high < low) return { moved, edge }
  const place = ms(Math.min(Math.max(to, low), high))
  const changed = Object.fromEntries(
    now.flatMap((word, n) => {
      const times = timesOf(word)
      const after = times.map((time) => (Math.abs(time - ms(edge)) <= 1000 * SAME ? place : time))
      return after.some((time, i) => time !== times[i]) ? [[String(n), after]] : []
    }),
  )
  return { moved: { ...moved, ...changed }, edge: place / 1000 }
}

/** The stored corrections, with one recording's tier replaced. */
export function withTier(kept: Corrections, recording: string, speaker: string, moved: Moved): Corrections {
  return { ...kept, [recording]: { ...kept[recording], [speaker]: moved } }
}

/** The corrections in stored text; empty for any other content. */
export function parsed(text: string | null): Corrections {
  try {
    const found: unknown = JSON.parse(text ?? '')
    return typeof found === 'object' && found !== null ? (found as Corrections) : {}
  } catch {
    return {}
  }
}

/** Praat's TextGrid of a recording in the long text format, with the tiers that the pipeline writes. */
export function textGridOf(recording: Recording, wordsOf: (speaker: number) => readonly Word[]): string {
  const { seconds } = recording
  const tiers = recording.speakers.flatMap(({ name, utterances }, n) => {
    const words = wordsOf(n)
    const said = utterances.flatMap(({ text, start, end }) =>
      start === undefined || end === undefined ? [] : [{ label: text, start, end, confidence: null }],
    )
    return [
      { name: `${name} - phone`, spans: words.flatMap(({ phones }) => phones) },
      { name: `${name} - word`, spans: words },
      { name: `${name} - trans`, spans: said },
    ]
  })
  const quoted = (text: string) => `"${text.replaceAll('"', '""')}"`
  const lines = [
    'File type = "ooTextFile"',
    'Object class = "TextGrid"',
    '',
    'xmin = 0 ',
    `xmax = ${seconds} `,
  ]
  lines.push('tiers? <exists> ', `size = ${tiers.length} `, 'item []: ')
  for (const [n, tier] of tiers.entries()) {
    const covered = covering(tier.spans, seconds)
    lines.push(
      `    item [${n + 1}]:`,
      '        class = "IntervalTier" ',
      `        name = ${quoted(tier.name)} `,
    )
    lines.push(
      '        xmin = 0 ',
      `        xmax = ${seconds} `,
      `        intervals: size = ${covered.length} `,
    )
    for (const [i, { label, start, end }] of covered.entries())
      lines.push(
        `        intervals [${i + 1}]:`,
        `            xmin = ${start} `,
        `            xmax = ${end} `,
        `            text = ${quoted(label)} `,
      )
  }
  return `${lines.join('\n')}\n`
}

/** The spans with empty ones between them, from 0 to the end without a gap. */
function covering(spans: readonly Span[], seconds: number): Pick<Span, 'label' | 'start' | 'end'>[] {
  const out: Pick<Span, 'label' | 'start' | 'end'>[] = []
  let at = 0
  for (const { label, start, end } of [...spans].sort((a, b) => a.start - b.start)) {
    const [from, to] = [Math.max(at, start), Math.min(end, seconds)]
    if (to <= from) continue
    if (from > at) out.push({ label: '', start: at, end: from })
    out.push({ label, start: from, end: to })
    at = to
  }
  if (at < seconds) out.push({ label: '', start: at, end: seconds })
  return out
}
