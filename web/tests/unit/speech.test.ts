import { expect, test } from 'vitest'
import { within } from '../../src/pipelines/speech/alignment'
import { parseMissing, withWords } from '../../src/pipelines/speech/dictionary'
import { timeOf } from '../../src/pipelines/speech/draw'
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
