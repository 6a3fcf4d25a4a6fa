// Hands files to Uppy, a few ahead of its sending, and handles those that it could not send.
//
// Uppy would take all of them at once, but copies its table of files with each change of one: twenty thousand would be
// copied at every step of every file. It retries parts by itself, but never a file sent in one request.

import { Problem } from '../api/transport'
import { type Item, isThere } from './item'
import type { Journal } from './journal'
import { Speed } from './speed'
import type { UploadState } from './state'
import type { SendError, Transport } from './transport'

const CARRIED = 12
const ATTEMPTS = 8
const LONGEST_WAIT = 15_000

const reasonOf = ({ status, code }: SendError): string => {
  if (code === 'BadDigest' || status === 400) return 'changed'
  if (status === 0) return 'offline'
  return status === 403 ? 'refused' : 'broken'
}

export class Sending {
  readonly speed = new Speed()
  /** Fetched with the first file, so that visitors who only look around don't wait for it. */
  private transport: Transport | null = null
  private loading: Promise<void> | null = null
  private queue: Item[] = []
  private settledBytes = 0
  private readonly flying = new Map<number, number>()

  constructor(
    private readonly state: UploadState,
    private readonly journal: Journal,
  ) {}

  private async load(): Promise<void> {
    const { Transport } = await import('./transport')
    this.transport = new Transport({
      progress: (index, bytes) => this.progress(index, bytes),
      sent: (index) => this.arrived(index, 'sent'),
      failed: (index, error) => this.broke(index, error),
    })
    this.pump()
  }

  get sentBytes(): number {
    let sum = this.settledBytes
    for (const bytes of this.flying.values()) sum += bytes
    return sum
  }

  /** The number of files waiting to be handed over. */
  get waiting(): number {
    return this.queue.length
  }

  /** Starts over with another upload's files. */
  begin(items: readonly Item[]): void {
    this.queue = []
    this.flying.clear()
    this.settledBytes = items.reduce((sum, one) => sum + (isThere(one) ? one.size : 0), 0)
    this.speed.reset()
  }

  end(): void {
    this.transport?.clear()
    this.queue = []
  }

  add(...items: Item[]): void {
    this.queue.push(...items)
  }

  pause(): void {
    this.transport?.pause()
    this.speed.reset()
  }

  resume(): void {
    this.transport?.resume()
    this.pump()
  }

  /** Hands over as many files as the transport has room for. */
  pump(): void {
    const { job, phase } = this.state
    if (phase !== 'working' || !job) return
    if (!this.transport) {
      // Without a connection it can't be fetched: the next change tries again.
      this.loading ??= this.load().catch(() => {
        this.loading = null
        setTimeout(() => this.pump(), 2000)
      })
      return
    }
    while (this.transport.carried < CARRIED) {
      const one = this.queue.shift()
      if (!one) break
      if (one.state !== 'ready' || !one.file || !one.fileId) continue
      one.state = 'sending'
      this.transport.send({
        index: one.index,
        jobId: job.jobId,
        fileId: one.fileId,
        path: one.path,
        file: one.file,
        target: one.target,
        multipart: one.multipart ?? null,
        begun: Boolean(one.multipart) && (one.attempts > 0 || !one.target),
        place: this.state.destination.place(job),
      })
    }
    this.state.tell()
  }

  arrived(index: number, state: 'sent' | 'known'): void {
    const one = this.state.items[index]
    if (!one || isThere(one)) return
    this.flying.delete(index)
    Object.assign(one, { state, sent: true, bytes: one.size, error: null, status: null, target: null })
    this.settledBytes += one.size
    // A file that was never sent says nothing about the speed of the line.
    if (state === 'known') this.speed.reset()
    else this.speed.mark(performance.now(), this.sentBytes)
    this.journal.note(one)
    this.pump()
    this.state.settle()
  }

  private progress(index: number, bytes: number): void {
    const one = this.state.items[index]
    if (one?.state !== 'sending') return
    one.bytes = Math.min(bytes, one.size)
    this.flying.set(index, one.bytes)
    this.speed.mark(performance.now(), this.sentBytes)
    this.state.tell()
  }

  private broke(index: number, error: SendError): void {
    const one = this.state.items[index]
    if (one?.state !== 'sending') return
    this.flying.delete(index)
    one.target = null
    if (error.code === 'not_allowed_in_state') {
      void this.unawaited(one)
      return
    }
    one.status = error.status
    const passing = error.status === 0 || error.status === 403 || error.status >= 500
    one.attempts++
    if (passing && one.attempts < ATTEMPTS && one.file) this.later(one)
    else {
      one.state = 'failed'
      one.error = reasonOf(error)
      if (error.status === 0) void this.look(one)
    }
    this.pump()
    this.state.settle()
  }

  /** The API no longer awaits the file: an earlier try had arrived and only its answer was lost, or the job is over. */
  private async unawaited(one: Item): Promise<void> {
    const { run } = this.state
    const found = await this.state.destination.arrived(one).then(
      (there) => (there ? null : 'over'),
      (error) => (error instanceof Problem && !error.passing ? 'over' : 'offline'),
    )
    if (run !== this.state.run || one.state !== 'sending') return
    if (!found) return this.arrived(one.index, 'sent')
    one.state = 'failed'
    one.error = found
    this.pump()
    this.state.settle()
  }

  /** No answer came: the connection may be lost, or the file gone from the disk. */
  private async look(one: Item): Promise<void> {
    const there = await one.file
      ?.slice(0, 1)
      .arrayBuffer()
      .then(
        () => true,
        () => false,
      )
    if (there !== false || one.state !== 'failed') return
    one.error = 'unreadable'
    this.state.tell()
  }

  private later(one: Item): void {
    const { run } = this.state
    one.state = 'ready'
    setTimeout(
      () => {
        if (run !== this.state.run || one.state !== 'ready') return
        this.add(one)
        this.pump()
      },
      Math.min(1000 * 2 ** (one.attempts - 1), LONGEST_WAIT),
    )
  }
}
