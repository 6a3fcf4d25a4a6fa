import { gzipSync } from 'node:zlib'
import { describe, expect, test } from 'vitest'
import {
  draw,
  gunzipped,
  mostLabelled,
  PLANES,
  parseSlices,
  type Slices,
} from '../../src/pipelines/volume/slices'

const LABELS = [
  { value: 4, region: 'femur', colour: '#ff0000' },
  { value: 9, region: 'tibia', colour: '#0000ff' },
]

/** As the pipeline writes it: 2 × 3 × 2 voxels, with brightness by position. */
function written(marks: number[]): Buffer {
  const header = {
    version: 1,
    size: [2, 3, 2],
    spacing_mm: [1, 1, 2],
    labels: LABELS,
    notice: 'Research use only',
  }
  let text = JSON.stringify(header)
  text += ' '.repeat((4 - (text.length % 4)) % 4)
  const length = Buffer.alloc(4)
  length.writeUInt32LE(text.length)
  return gzipSync(
    Buffer.concat([length, Buffer.from(text), Buffer.from(marks.map((_, n) => n)), Buffer.from(marks)]),
  )
}

const read = async (content: Buffer): Promise<Slices> =>
  parseSlices(await gunzipped(new Blob([new Uint8Array(content)])))
const NOTHING = Array<number>(12).fill(0)

describe('slices', () => {
  test('what was written is read', async () => {
    const volume = await read(written(NOTHING))
    expect(volume.size).toEqual([2, 3, 2])
    expect(volume.labels).toEqual(LABELS)
    expect([...volume.grey]).toEqual([...NOTHING.keys()])
  })

  test('a file that breaks off is refused', async () => {
    const whole = new Uint8Array(await gunzipped(new Blob([new Uint8Array(written(NOTHING))])))
    expect(() => parseSlices(whole.slice(0, -1).buffer)).toThrow('not complete')
  })

  test('an axial slice has the patient’s right at its left and the front at its top', async () => {
    const volume = await read(written(NOTHING))
    const axial = PLANES.find((plane) => plane.name === 'axial')!
    const { data, width, height } = draw(volume, axial, 1, 0.5, new Set())
    expect([width, height]).toEqual([2, 3])
    const greys = Array.from({ length: 6 }, (_, n) => data[4 * n])
    // z = 1 begins at voxel 6; the front is the highest y, the right the highest x.
    expect(greys).toEqual([11, 10, 9, 8, 7, 6])
  })

  test('labels are mixed in by their opacity, and not where they are hidden', async () => {
    const volume = await read(written([1, ...NOTHING.slice(1)]))
    const axial = PLANES.find((plane) => plane.name === 'axial')!
    const last = (hidden: Set<number>) => [...draw(volume, axial, 0, 0.5, hidden).data.slice(-4)]
    expect(last(new Set())).toEqual([128, 0, 0, 255])
    expect(last(new Set([4]))).toEqual([0, 0, 0, 255])
  })

  test('a view begins where most is labelled, and in the middle where nothing is', async () => {
    const marks = [...NOTHING]
    marks[6 + 2] = 1
    marks[6 + 3] = 2
    const volume = await read(written(marks))
    expect(mostLabelled(volume, 2)).toBe(1)
    expect(mostLabelled(volume, 1)).toBe(1)
    expect(mostLabelled(await read(written(NOTHING)), 1)).toBe(1)
  })
})
