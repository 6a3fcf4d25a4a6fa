// One member of a large zip, by two ranges: its list at the end, and the member itself.

const END = 0x06054b50
const ENTRY = 0x02014b50
const LOCAL = 0x04034b50
/** The longest comment, and the record before it. */
const LAST = 65_557
const STORED = 0
const DEFLATED = 8
const BEYOND = 0xffffffff

export type Read = (start: number, end: number) => Promise<ArrayBuffer>

export class ZipUnreadable extends Error {}

/** Throws ZipUnreadable where there is no such member, or the zip is larger than 4 GB. */
export async function zipMember(size: number, name: string, read: Read): Promise<Uint8Array> {
  const from = Math.max(0, size - LAST)
  const tail = new DataView(await read(from, size))
  let at = tail.byteLength - 22
  while (at >= 0 && tail.getUint32(at, true) !== END) at--
  if (at < 0) throw new ZipUnreadable('The zip has no end.')
  const [length, start] = [tail.getUint32(at + 12, true), tail.getUint32(at + 16, true)]
  if (start === BEYOND || length === BEYOND)
    throw new ZipUnreadable('The zip is too large to be looked into.')
  const list = new DataView(
    start >= from
      ? tail.buffer.slice(start - from, start - from + length)
      : await read(start, start + length),
  )
  const text = new TextDecoder()
  for (let entry = 0; entry + 46 <= list.byteLength && list.getUint32(entry, true) === ENTRY; ) {
    const [named, extra, comment] = [28, 30, 32].map((n) => list.getUint16(entry + n, true)) as [
      number,
      number,
      number,
    ]
    if (text.decode(list.buffer.slice(entry + 46, entry + 46 + named)) === name)
      return unpacked(
        list.getUint16(entry + 10, true),
        list.getUint32(entry + 20, true),
        list.getUint32(entry + 42, true),
        read,
      )
    entry += 46 + named + extra + comment
  }
  throw new ZipUnreadable(`The zip has no ${name}.`)
}

async function unpacked(method: number, packed: number, start: number, read: Read): Promise<Uint8Array> {
  if (start === BEYOND || packed === BEYOND)
    throw new ZipUnreadable('The zip is too large to be looked into.')
  const head = new DataView(await read(start, start + 30))
  if (head.getUint32(0, true) !== LOCAL) throw new ZipUnreadable('The zip is damaged.')
  const begin = start + 30 + head.getUint16(26, true) + head.getUint16(28, true)
  const bytes = await read(begin, begin + packed)
  if (method === STORED) return new Uint8Array(bytes)
  if (method !== DEFLATED) throw new ZipUnreadable('The member is packed in an unknown way.')
  const stream = new Blob([bytes]).stream().pipeThrough(new DecompressionStream('deflate-raw'))
  return new Uint8Array(await new Response(stream).arrayBuffer())
}

/** Reads ranges of a file at an address; if the server knows no ranges, the whole file is read once. */
export function rangesOf(url: string): Read {
  let whole: ArrayBuffer | null = null
  return async (start, end) => {
    if (!whole) {
      const response = await fetch(url, { headers: { Range: `bytes=${start}-${end - 1}` } })
      if (response.status === 206) return response.arrayBuffer()
      if (!response.ok) throw new Error(`The zip answered ${response.status}.`)
      whole = await response.arrayBuffer()
    }
    return whole.slice(start, end)
  }
}
