// Checksums, away from the thread that draws.
import { sha256 } from '@noble/hashes/sha2'
import { bytesToHex } from '@noble/hashes/utils'
import { crc32 } from './crc32'

/** Up to this size the browser's own digest takes a file whole, at several times the speed; it can't take one in
 * pieces. */
const WHOLE = 64 * 1024 * 1024
const PIECE = 4 * 1024 * 1024

export interface DigestRequest {
  id: number
  kind: 'sha256' | 'crc32'
  blob: Blob
}

export type DigestReply = { id: number } & ({ hex: string } | { read: number } | { error: string })

const reply = (message: DigestReply) => postMessage(message)

addEventListener('message', async ({ data }: MessageEvent<DigestRequest>) => {
  const { id, kind, blob } = data
  try {
    reply({ id, hex: kind === 'crc32' ? await crc32Of(blob) : await sha256Of(blob, id) })
  } catch (error) {
    reply({ id, error: error instanceof Error ? error.message : String(error) })
  }
})

async function sha256Of(blob: Blob, id: number): Promise<string> {
  if (blob.size <= WHOLE && globalThis.crypto?.subtle) {
    const digest = await crypto.subtle.digest('SHA-256', await blob.arrayBuffer())
    return bytesToHex(new Uint8Array(digest))
  }
  const hash = sha256.create()
  for (let start = 0; start < blob.size; start += PIECE) {
    hash.update(new Uint8Array(await blob.slice(start, start + PIECE).arrayBuffer()))
    reply({ id, read: Math.min(start + PIECE, blob.size) })
  }
  return bytesToHex(hash.digest())
}

async function crc32Of(blob: Blob): Promise<string> {
  return crc32(new Uint8Array(await blob.arrayBuffer()))
    .toString(16)
    .padStart(8, '0')
}
