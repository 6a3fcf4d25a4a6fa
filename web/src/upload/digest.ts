import type { DigestReply, DigestRequest } from './digest.worker'

interface Waiting {
  resolve: (hex: string) => void
  reject: (error: Error) => void
  progress: ((read: number) => void) | undefined
}

let worker: Worker | null = null
let last = 0
const waiting = new Map<number, Waiting>()

function ask(kind: DigestRequest['kind'], blob: Blob, progress?: (read: number) => void): Promise<string> {
  worker ??= started()
  const id = ++last
  const answer = new Promise<string>((resolve, reject) => waiting.set(id, { resolve, reject, progress }))
  worker.postMessage({ id, kind, blob } satisfies DigestRequest)
  return answer
}

function started(): Worker {
  const made = new Worker(new URL('./digest.worker.ts', import.meta.url), { type: 'module' })
  made.addEventListener('message', ({ data }: MessageEvent<DigestReply>) => {
    const asked = waiting.get(data.id)
    if (!asked) return
    if ('read' in data) {
      asked.progress?.(data.read)
      return
    }
    waiting.delete(data.id)
    if ('hex' in data) asked.resolve(data.hex)
    else asked.reject(new Error(data.error))
  })
  return made
}

/** Lower-case hex. Fails where the file can't be read (it was moved or changed since it was chosen). */
export const sha256Of = (blob: Blob, progress?: (read: number) => void) => ask('sha256', blob, progress)

/** Eight hexadecimal digits. */
export const crc32Of = (blob: Blob) => ask('crc32', blob)
