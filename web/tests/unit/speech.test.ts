import { expect, test } from 'vitest'
import { within } from '../../src/pipelines/speech/alignment'
import { parseMissing, withWords } from '../../src/pipelines/speech/dictionary'
import { timeOf } from '../../src/pipelines/speech/draw'
import { corrected, edgeNear, movedTo, parsed, textGridOf } from '../../src/pipelines/speech/moving'
import { peaksOf } from '../../src/pipelines/speech/waveform'
import { ZipUnreadable, zipMember } from '../../src/pipelines/speech/zipMember'

const span = (start: number, end: number) => ({ label: '', start, end, confidence: null })

test('of words in order, those that reach into the window are found', () => {
  const spans = [span(0, 1), span(1, 2), span(2.5, 3), span(3, 9)]
  expect(within(spans, 0.5, 2.6)).toEqual([0, 3])
  expect(within(spans, 2, 2.5)).toEqual([2, 2])
  expect(within(spans, 5, 6)).toEqual([3, 4])
  expect(within([], 0, 1)).toEqual([0, 0])
})

test('a dictionary keeps its other lines, and gets these words once', () => {
  expect(parseMissing('quay\tK IY\n# xyzzy\t\n# Every word has a pronunciation.\n')).toEqual([
    { word: 'quay', suggestion: 'K IY' },
    { word: 'xyzzy', suggestion: '' },
  ])
  expect(withWords('tide T AY D\nquay\tK W EY\nquay(2)\tK EY\n', new Map([['quay', 'K IY']]))).toBe(
    'tide T AY D\nquay\tK IY\n',
  )
  expect(withWords('', new Map([['a', 'AH']]))).toBe('a\tAH\n')
})

test('peaks are the loudest sample of each step, whatever its sign', () => {
  const samples = new Float32Array(130)
  samples[3] = -0.8
  samples[70] = 0.5
  samples[129] = 0.25
  const { values, perSecond } = peaksOf(samples, 8000)
  expect([...values].map((one) => Math.round(100 * one))).toEqual([80, 50, 25])
  expect(perSecond).toBe(125)
})

test('times are as fine as they are asked for', () => {
  expect(timeOf(62.54, 0.1)).toBe('1:02.5')
  expect(timeOf(3.2)).toBe('0:03')
})

test('what is no zip is told, and not taken for one', async () => {
  const bytes = new Uint8Array(500)
  const read = async (start: number, end: number) => bytes.slice(start, end).buffer
  await expect(zipMember(bytes.length, 'alignment.json', read)).rejects.toThrow(ZipUnreadable)
})

const word = (label: string, ...times: number[]) => ({
  ...span(times[0]!, times.at(-1)!),
  label,
  kind: 'word' as const,
  guessed: false,
  phones: times.slice(1).map((end, n) => ({ ...span(times[n]!, end), label: `${label}${n}` })),
})

test('a boundary takes all with it that meet there, and stops at its neighbours', () => {
  // Two words that touch, and a third after a pause.
  const words = [word('a', 0.1, 0.3, 0.5), word('b', 0.5, 0.6, 0.9), word('c', 1.2, 1.5)]
  expect(edgeNear(words, 0.52, 0.03)).toBe(0.5)
  expect(edgeNear(words, 1.05, 0.03)).toBe(null)
  const shared = movedTo(words, {}, 0.5, 0.42, 2)
  expect(shared).toEqual({
    edge: 0.42,
    moved: { 0: [100, 420, 100, 300, 300, 420], 1: [420, 900, 420, 600, 600, 900] },
  })
  const after = corrected(words, shared.moved)
  expect([after[0]!.end, after[0]!.phones[1]!.end, after[1]!.start, after[1]!.phones[0]!.start]).toEqual([
    0.42, 0.42, 0.42, 0.42,
  ])
  // Each phone keeps ten milliseconds, and a word doesn't reach into the next one.
  expect(movedTo(words, {}, 0.5, 0.1, 2).edge).toBe(0.31)
  expect(movedTo(words, {}, 0.5, 5, 2).edge).toBe(0.59)
  expect(movedTo(words, {}, 0.9, 5, 2).edge).toBe(1.2)
  expect(movedTo(words, {}, 1.5, 5, 2).edge).toBe(2)
  expect(movedTo(words, {}, 0.1, -5, 2).edge).toBe(0)
  // A phone's own boundary moves no word.
  expect(movedTo(words, {}, 0.3, 0.35, 2).moved).toEqual({ 0: [100, 500, 100, 350, 350, 500] })
  // Corrections of another alignment, and unreadable ones, are ignored.
  expect(corrected(words, { 0: [1, 2] })).toEqual(words)
  expect(parsed('nonsense')).toEqual({})
  expect(parsed(null)).toEqual({})
})

test('a corrected TextGrid covers the recording without gaps, tier by tier', () => {
  const words = [word('say "a"', 0.5, 0.9)]
  const recording = {
    recording: 'x.wav',
    transcript: null,
    seconds: 2,
    verdict: 'aligned',
    message: null,
    warnings: [],
    speakers: [{ name: 'Anna', utterances: [{ text: 'say', start: 0, end: 2, unspoken: [], words }] }],
  }
  const text = textGridOf(recording, () => words)
  expect(text).toContain('name = "Anna - phone"')
  expect(text).toContain('text = "say ""a""" ')
  expect(text.match(/intervals: size = \d/g)).toEqual([
    'intervals: size = 3',
    'intervals: size = 3',
    'intervals: size = 1',
  ])
  expect(text).toContain('            xmin = 0.9 \n            xmax = 2 \n            text = "" ')
})
