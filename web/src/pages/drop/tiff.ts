// A small picture of a TIFF, or of a RAW file that begins like one: its camera's embedded JPEG, or its own pixels.
const JPEG_AT_MOST = 16 << 20
const STRIPS_AT_MOST = 128 << 20
const PIXELS_AT_MOST = 40e6
const DIRECTORIES = 12
const HEAD_AT_MOST = 1 << 16

const SIZES: Record<number, number> = { 1: 1, 2: 1, 3: 2, 4: 4, 6: 1, 7: 1, 8: 2, 9: 4, 13: 4 }
const TAG = {
  width: 0x100,
  height: 0x101,
  bits: 0x102,
  compression: 0x103,
  photometric: 0x106,
  strips: 0x111,
  samples: 0x115,
  stripBytes: 0x117,
  planar: 0x11c,
  predictor: 0x13d,
  palette: 0x140,
  directories: 0x14a,
  jpeg: 0x201,
  jpegBytes: 0x202,
} as const

interface Directory {
  little: boolean
  tags: ReadonlyMap<number, readonly number[]>
}

/** Throws where the file is damaged, too large, or in a form that isn't read here. */
export async function tiffOf(file: Blob): Promise<ImageBitmap> {
  const found = await directories(file)
  const jpegs = found.flatMap(jpegIn).sort((a, b) => b.size - a.size)
  for (const { at, size } of jpegs.filter(({ size }) => size <= JPEG_AT_MOST)) {
    // The sensor's own values may be a JPEG too, in a form that no browser draws.
    const made = await createImageBitmap(file.slice(at, at + size)).catch(() => null)
    if (made) return made
  }
  const { data, width, height } = await pixels(file, found[0]!)
  return createImageBitmap(new ImageData(data, width, height))
}

async function directories(file: Blob): Promise<Directory[]> {
  const head = new DataView(await file.slice(0, 8).arrayBuffer())
  const little = head.getUint16(0) === 0x4949
  if (!little && head.getUint16(0) !== 0x4d4d) throw new Error('This is no TIFF.')
  const open = [head.getUint32(4, little)]
  const found: Directory[] = []
  while (open.length && found.length < DIRECTORIES) {
    const at = open.shift()!
    if (!at || at + 2 > file.size) continue
    const count = new DataView(await file.slice(at, at + 2).arrayBuffer()).getUint16(0, little)
    const view = new DataView(await file.slice(at + 2, at + 2 + 12 * count + 4).arrayBuffer())
    const tags = new Map<number, number[]>()
    for (let n = 0; n < count; n++) {
      const tag = view.getUint16(12 * n, little)
      const type = view.getUint16(12 * n + 2, little)
      const values = view.getUint32(12 * n + 4, little)
      const size = SIZES[type]
      if (!size || !(Object.values(TAG) as number[]).includes(tag) || values * size > HEAD_AT_MOST) continue
      const from = view.getUint32(12 * n + 8, little)
      const content =
        values * size <= 4
          ? new DataView(view.buffer, 12 * n + 8, 4)
          : new DataView(await file.slice(from, from + values * size).arrayBuffer())
      tags.set(
        tag,
        Array.from({ length: values }, (_, m) =>
          size === 1
            ? content.getUint8(m)
            : size === 2
              ? content.getUint16(2 * m, little)
              : content.getUint32(4 * m, little),
        ),
      )
    }
    found.push({ little, tags })
    open.push(...(tags.get(TAG.directories) ?? []), view.getUint32(12 * count, little))
  }
  if (!found.length) throw new Error('The TIFF has no directory.')
  return found
}

function jpegIn({ tags }: Directory): { at: number; size: number }[] {
  const [at] = tags.get(TAG.jpeg) ?? []
  const [size] = tags.get(TAG.jpegBytes) ?? []
  if (at && size) return [{ at, size }]
  const strips = tags.get(TAG.strips)
  const bytes = tags.get(TAG.stripBytes)
  const compressed = [6, 7].includes(tags.get(TAG.compression)?.[0] ?? 1)
  return compressed && strips?.length === 1 && bytes?.length === 1
    ? [{ at: strips[0]!, size: bytes[0]! }]
    : []
}

interface Pixels {
  data: Uint8ClampedArray<ArrayBuffer>
  width: number
  height: number
}

/** Strips of 8 or 16 bits: grey, RGB or a palette; raw, PackBits, LZW or deflate. */
async function pixels(file: Blob, { little, tags }: Directory): Promise<Pixels> {
  const one = (tag: number, otherwise: number) => tags.get(tag)?.[0] ?? otherwise
  const width = one(TAG.width, 0)
  const height = one(TAG.height, 0)
  const samples = one(TAG.samples, 1)
  const bits = one(TAG.bits, 1)
  const photometric = one(TAG.photometric, 1)
  const strips = tags.get(TAG.strips) ?? []
  const bytes = tags.get(TAG.stripBytes) ?? []
  const total = bytes.reduce((sum, size) => sum + size, 0)
  const shown = photometric === 2 ? samples >= 3 : photometric <= 1 || photometric === 3
  if (
    !(width * height > 0 && width * height <= PIXELS_AT_MOST && total <= STRIPS_AT_MOST && strips.length) ||
    strips.length !== bytes.length ||
    !(bits === 8 || bits === 16) ||
    one(TAG.planar, 1) !== 1 ||
    samples > 5 ||
    !shown
  )
    throw new Error('TIFFs of this kind are not shown.')
  const row = width * samples * (bits / 8)
  const raw = new Uint8Array(row * height)
  let at = 0
  for (const [n, start] of strips.entries()) {
    const packed = new Uint8Array(await file.slice(start, start + bytes[n]!).arrayBuffer())
    const content = await unpacked(packed, one(TAG.compression, 1), raw.length - at)
    raw.set(content.subarray(0, raw.length - at), at)
    at = Math.min(raw.length, at + content.length)
  }
  if (at < raw.length) throw new Error('The TIFF ends early.')
  const value = bits === 8 ? raw : high(raw, little, width, height, samples, one(TAG.predictor, 1) === 2)
  if (bits === 8 && one(TAG.predictor, 1) === 2)
    for (let y = 0; y < height; y++)
      for (let x = y * row + samples; x < (y + 1) * row; x++) raw[x] = raw[x]! + raw[x - samples]!
  const data = new Uint8ClampedArray(4 * width * height)
  const palette = tags.get(TAG.palette) ?? []
  const third = palette.length / 3
  for (let n = 0; n < width * height; n++) {
    const from = n * samples
    for (let c = 0; c < 3; c++) {
      const v = value[from + (photometric === 2 ? c : 0)]!
      data[4 * n + c] = photometric === 3 ? palette[c * third + v]! >> 8 : photometric === 0 ? 255 - v : v
    }
    data[4 * n + 3] = 255
  }
  return { data, width, height }
}

/** The upper eight of sixteen bits. */
function high(
  raw: Uint8Array,
  little: boolean,
  width: number,
  height: number,
  samples: number,
  differences: boolean,
): Uint8Array {
  const view = new DataView(raw.buffer)
  const found = new Uint8Array(raw.length / 2)
  const row = width * samples
  for (let y = 0; y < height; y++) {
    const before = new Uint16Array(samples)
    for (let x = 0; x < row; x++) {
      const n = y * row + x
      const v = view.getUint16(2 * n, little) + (differences ? before[x % samples]! : 0)
      before[x % samples] = v
      found[n] = (v & 0xffff) >> 8
    }
  }
  return found
}

async function unpacked(packed: Uint8Array<ArrayBuffer>, how: number, most: number): Promise<Uint8Array> {
  if (how === 1) return packed
  if (how === 5) return lzw(packed, most)
  if (how === 32773) return packBits(packed, most)
  if (how === 8 || how === 32946) return inflated(packed, most)
  throw new Error('TIFFs compressed like this are not shown.')
}

async function inflated(packed: Uint8Array<ArrayBuffer>, most: number): Promise<Uint8Array> {
  const reader = new Blob([packed]).stream().pipeThrough(new DecompressionStream('deflate')).getReader()
  const found = new Uint8Array(most)
  let at = 0
  for (let part = await reader.read(); !part.done && at < most; part = await reader.read()) {
    found.set(part.value.subarray(0, most - at), at)
    at += Math.min(part.value.length, most - at)
  }
  await reader.cancel().catch(() => undefined)
  return found.subarray(0, at)
}

function packBits(packed: Uint8Array, most: number): Uint8Array {
  const found = new Uint8Array(most)
  let at = 0
  for (let n = 0; n < packed.length && at < most; ) {
    const code = packed[n++]!
    if (code < 128) {
      const part = packed.subarray(n, n + code + 1).subarray(0, most - at)
      found.set(part, at)
      at += part.length
      n += code + 1
    } else if (code > 128) {
      const end = Math.min(most, at + 257 - code)
      found.fill(packed[n++] ?? 0, at, end)
      at = end
    }
  }
  return found.subarray(0, at)
}

/** TIFF 6.0, section 13: codes from the high bit on, which get a bit longer one code early. */
function lzw(packed: Uint8Array, most: number): Uint8Array {
  const found = new Uint8Array(most)
  /** The position and number of each code's bytes in the output so far. */
  const starts = new Int32Array(4096)
  const lengths = new Int32Array(4096)
  let next = 258
  let width = 9
  let at = 0
  let before = -1
  let bits = 0
  let held = 0
  let n = 0
  while (at < most) {
    while (held < width) {
      if (n >= packed.length) return found.subarray(0, at)
      bits = ((bits << 8) | packed[n++]!) & 0xffffff
      held += 8
    }
    const code = (bits >> (held - width)) & ((1 << width) - 1)
    held -= width
    if (code === 257) break
    if (code === 256) {
      next = 258
      width = 9
      before = -1
      continue
    }
    if (before >= 0 && next < 4096) {
      // The new code: the previous one's bytes, and one more, which is the next to be written.
      starts[next] = before
      lengths[next] = at - before + 1
      next++
    }
    const start = at
    if (code < 256) found[at++] = code
    else {
      if (code >= next) throw new Error('The LZW codes are damaged.')
      const end = Math.min(most, at + lengths[code]!)
      for (let from = starts[code]!; at < end; ) found[at++] = found[from++]!
    }
    before = start
    if (next + 1 >= 1 << width && width < 12) width++
  }
  return found.subarray(0, at)
}
