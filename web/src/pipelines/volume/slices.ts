// The volume that the pipeline reduced for browsers: see `browser_volume` for its layout.
export interface Label {
  value: number
  region: string
  colour: string
}

export interface Slices {
  size: readonly [number, number, number]
  spacing: readonly [number, number, number]
  labels: Label[]
  notice: string
  grey: Uint8Array
  marks: Uint8Array
}

export interface Plane {
  name: 'sagittal' | 'coronal' | 'axial'
  /** The axis of view, and those that run to the left and upward in the picture. */
  axis: 0 | 1 | 2
  across: 0 | 1 | 2
  up: 0 | 1 | 2
  /** The letters at the left, right, top and bottom of the picture. */
  letters: readonly [string, string, string, string]
}

// As radiologists view them: the patient's right at the left, the front at the left or the top.
export const PLANES: readonly Plane[] = [
  { name: 'axial', axis: 2, across: 0, up: 1, letters: ['R', 'L', 'A', 'P'] },
  { name: 'coronal', axis: 1, across: 0, up: 2, letters: ['R', 'L', 'S', 'I'] },
  { name: 'sagittal', axis: 0, across: 1, up: 2, letters: ['A', 'P', 'S', 'I'] },
]

export async function gunzipped(content: Blob): Promise<ArrayBuffer> {
  return new Response(content.stream().pipeThrough(new DecompressionStream('gzip'))).arrayBuffer()
}

/** Throws where the bytes are no such volume. */
export function parseSlices(buffer: ArrayBuffer): Slices {
  const length = new DataView(buffer).getUint32(0, true)
  const header = JSON.parse(new TextDecoder().decode(new Uint8Array(buffer, 4, length)))
  if (header.version !== 1)
    throw new Error(`This page does not know version ${header.version} of the slices.`)
  const [x, y, z] = header.size as [number, number, number]
  const voxels = x * y * z
  if (buffer.byteLength !== 4 + length + 2 * voxels) throw new Error('The slices are not complete.')
  return {
    size: [x, y, z],
    spacing: header.spacing_mm,
    labels: header.labels,
    notice: header.notice,
    grey: new Uint8Array(buffer, 4 + length, voxels),
    marks: new Uint8Array(buffer, 4 + length + voxels, voxels),
  }
}

/** The slice with the most labelled voxels along an axis, the middle one of several; the middle of all if no voxel is
 * labelled. */
export function mostLabelled({ size, marks }: Slices, axis: 0 | 1 | 2): number {
  const counts = new Uint32Array(size[axis])
  const [x, y] = size
  for (let n = 0; n < marks.length; n++) {
    if (!marks[n]) continue
    const at = axis === 0 ? n % x : axis === 1 ? Math.floor(n / x) % y : Math.floor(n / (x * y))
    counts[at]!++
  }
  const highest = Math.max(...counts)
  if (!highest) return Math.floor(size[axis] / 2)
  const best = [...counts.keys()].filter((n) => counts[n] === highest)
  return best[Math.floor(best.length / 2)]!
}

const rgb = (colour: string) => [1, 3, 5].map((at) => Number.parseInt(colour.slice(at, at + 2), 16))

/** One plane as pixels, labels over the image. opacity: 0 to 1. hidden: values of labels not to be drawn. */
export function draw(
  volume: Slices,
  plane: Plane,
  at: number,
  opacity: number,
  hidden: ReadonlySet<number>,
): { data: Uint8ClampedArray<ArrayBuffer>; width: number; height: number } {
  const { size, grey, marks, labels } = volume
  const strides = [1, size[0], size[0] * size[1]] as const
  const width = size[plane.across]
  const height = size[plane.up]
  const colours = labels.map((label) => (hidden.has(label.value) ? null : rgb(label.colour)))
  const data = new Uint8ClampedArray(4 * width * height)
  let to = 0
  for (let row = height - 1; row >= 0; row--) {
    let from = at * strides[plane.axis] + row * strides[plane.up] + (width - 1) * strides[plane.across]
    for (let column = 0; column < width; column++, from -= strides[plane.across], to += 4) {
      const value = grey[from]!
      const mark = marks[from]!
      const colour = mark ? colours[mark - 1] : null
      for (let channel = 0; channel < 3; channel++) {
        data[to + channel] = colour ? value + (colour[channel]! - value) * opacity : value
      }
      data[to + 3] = 255
    }
  }
  return { data, width, height }
}
