// An upload from the first file to the last: checked, announced in batches, sent, and gone on with after a reload.
import { api, Problem } from '../api/client'
import { FINAL } from '../api/queries'
import type { JobAnswer, NewFile, PipelineAnswer, UploadAnswer, UploadTarget } from '../api/schema'
import { type Chosen, commonFolder } from './checks'
import { sha256Of } from './digest'
import { type FileRecord, type JobRecord, matched, Records } from './record'
import { Speed } from './speed'
import { type Parcel, type SendError, Transport } from './transport'

/** `known`: the API has these bytes already. `missing`: this browser has its bytes no longer. `left`: left out by the user. */
export type ItemState =
  | 'waiting'
  | 'checking'
  | 'ready'
  | 'sending'
  | 'sent'
  | 'known'
  | 'failed'
  | 'missing'
  | 'left'

export interface Item extends FileRecord {
  state: ItemState
  file: File | null
  bytes: number
  attempts: number
  target: UploadTarget | null
  error: string | null
}

export type Phase = 'idle' | 'working' | 'paused' | 'incomplete' | 'stopped' | 'done'

const FIRST_BATCH = 40
const BATCH = 500
const BATCH_BYTES = 1024 ** 3
const AHEAD = 200
const CARRIED = 12
const ATTEMPTS = 8
const TELL_EVERY = 150

export class UploadEngine {
  items: Item[] = []
  job: JobRecord | null = null
  problem: Problem | null = null
  phase: Phase = 'idle'
  totalBytes = 0
  version = 0
  readonly speed = new Speed()

  private readonly records = new Records()
  private readonly transport: Transport
  private readonly watchers = new Set<() => void>()
  private readonly changed = new Map<number, FileRecord>()
  private queue: Item[] = []
  private settledBytes = 0
  private readonly flying = new Map<number, number>()
  private telling: ReturnType<typeof setTimeout> | null = null
  private run = 0

  constructor() {
    this.transport = new Transport({
      progress: (index, bytes) => this.progress(index, bytes),
      sent: (index) => this.arrived(index, 'sent'),
      failed: (index, error) => this.broke(index, error),
    })
  }

  // -- what is shown ------------------------------------------------------------------------------------------------

  watch = (tell: () => void): (() => void) => {
    this.watchers.add(tell)
    return () => this.watchers.delete(tell)
  }

  seen = (): number => this.version

  get sentBytes(): number {
    let sum = this.settledBytes
    for (const bytes of this.flying.values()) sum += bytes
    return sum
  }

  get active(): boolean {
    return this.phase === 'working' || this.phase === 'paused' || this.phase === 'incomplete'
  }

  count(...states: ItemState[]): number {
    return this.items.reduce((sum, item) => sum + +states.includes(item.state), 0)
  }

  // -- what a user does ---------------------------------------------------------------------------------------------

  /** A new job. Its first files are announced once they are checked; `problem` tells where the API refused. */
  start(
    pipeline: PipelineAnswer,
    options: Record<string, unknown>,
    chosen: readonly Chosen[],
    name: string,
    roles: ReadonlyMap<string, string>,
  ): void {
    const job: JobRecord = {
      jobId: '',
      pipeline: pipeline.name,
      name: name.trim() || commonFolder(chosen.map((c) => c.path)) || '',
      options,
      total: chosen.length,
      announced: 0,
      sealed: false,
      beganAt: Date.now(),
    }
    this.open(
      job,
      chosen.map(({ path, file }, index) => {
        const role = roles.get(path)
        return item(
          {
            jobId: '',
            index,
            path,
            size: file.size,
            modified: file.lastModified,
            type: file.type,
            sent: false,
            ...(role ? { role } : {}),
          },
          file,
        )
      }),
    )
    void this.work(this.run)
  }

  /** What was under way when this browser last had the page open. */
  async unfinished(): Promise<JobRecord | null> {
    for (const job of await this.records.unfinished()) {
      try {
        const now = await api<JobAnswer>(`/jobs/${job.jobId}`)
        if (!FINAL.has(now.status)) return { ...job, sealed: now.sealed }
        await this.records.forget(job.jobId)
      } catch (error) {
        if (!(error instanceof Problem) || error.passing) return job
        await this.records.forget(job.jobId)
      }
    }
    return null
  }

  forget(jobId: string): Promise<void> {
    return this.records.forget(jobId)
  }

  /** Goes on with a job of before the reload. Where bytes were not kept, files are `missing` until chosen again. */
  async goOn(job: JobRecord): Promise<void> {
    const [files, bytes] = await Promise.all([
      this.records.filesOf(job.jobId),
      this.records.bytesOf(job.jobId),
    ])
    this.open(
      job,
      files.map((record) => {
        const kept = bytes.get(record.index)
        const file = kept ? new File([kept], record.path, { lastModified: record.modified }) : null
        return item(record, file)
      }),
    )
    this.queue = this.items.filter((one) => one.state === 'ready')
    void this.work(this.run)
  }

  /** Files that are chosen again for those that are missing. Returns how many it found. */
  supply(chosen: readonly Chosen[]): number {
    const missing = this.items.filter((one) => one.state === 'missing')
    const found = matched(missing, chosen)
    for (const one of missing) {
      const file = found.get(one.index)
      if (!file) continue
      one.file = file
      one.state = one.fileId ? 'ready' : 'waiting'
      if (one.fileId) this.queue.push(one)
    }
    if (found.size) this.again()
    return found.size
  }

  pause(): void {
    if (this.phase !== 'working') return
    this.phase = 'paused'
    this.transport.pause()
    this.speed.reset()
    this.tell()
  }

  resume(): void {
    if (this.phase !== 'paused') return
    this.phase = 'working'
    this.transport.resume()
    this.pump()
    this.tell()
  }

  retry(index?: number): void {
    for (const one of this.items) {
      if (one.state !== 'failed' || (index !== undefined && one.index !== index)) continue
      Object.assign(one, { attempts: 0, error: null, target: null, state: one.fileId ? 'ready' : 'waiting' })
      if (one.fileId) this.queue.push(one)
    }
    this.again()
  }

  private again(): void {
    if (this.phase === 'stopped' || this.phase === 'incomplete') this.phase = 'working'
    this.problem = null
    void this.work(this.run)
  }

  /** Goes on without files that can't be read or are missing; only those that the API doesn't know of yet. */
  leaveOut(): void {
    for (const one of this.items) {
      if (!one.fileId && (one.state === 'failed' || one.state === 'missing')) one.state = 'left'
    }
    this.again()
  }

  /** Ends it here; what has arrived stays with the job, which is cancelled as well. */
  async cancel(): Promise<void> {
    const { job } = this
    if (job?.jobId) {
      await api(`/jobs/${job.jobId}/control`, {
        method: 'POST',
        body: { action: 'cancel' },
        patient: true,
      }).catch((error) => {
        // Whatever is final already needs no cancelling.
        if (!(error instanceof Problem) || error.code !== 'not_allowed_in_state') throw error
      })
      await this.records.forget(job.jobId)
    }
    this.reset()
  }

  /** Forgets what was shown; only once nothing is under way. */
  reset(): void {
    this.run++
    this.transport.clear()
    this.items = []
    this.queue = []
    this.job = null
    this.problem = null
    this.phase = 'idle'
    this.tell()
  }

  // -- the work -----------------------------------------------------------------------------------------------------

  private open(job: JobRecord, items: Item[]): void {
    this.run++
    this.items = items
    this.job = job
    this.problem = null
    this.queue = []
    this.flying.clear()
    this.changed.clear()
    this.phase = 'working'
    this.totalBytes = items.reduce((sum, one) => sum + one.size, 0)
    this.settledBytes = items.reduce(
      (sum, one) => sum + (one.state === 'sent' || one.state === 'known' ? one.size : 0),
      0,
    )
    this.speed.reset()
    this.tell()
  }

  /** The upload that is being checked and announced, as `run` counts them; -1 for none. */
  private worked = -1

  /** Checks and announces batch after batch, ahead of what is being sent, but not far. */
  private async work(run: number): Promise<void> {
    this.pump()
    if (this.worked === run) return
    this.worked = run
    try {
      for (;;) {
        const batch = this.nextBatch()
        if (!batch.length && !this.mustSeal()) break
        await this.checked(batch, run)
        await this.until(() => this.queue.length < AHEAD, run)
        await this.announce(batch, run)
        if (run !== this.run) return
      }
    } catch (error) {
      if (run !== this.run) return
      this.phase = 'stopped'
      this.problem =
        error instanceof Problem
          ? error
          : new Problem('unexpected', 0, error instanceof Error ? error.message : '')
      for (const one of this.items) if (one.state === 'checking') one.state = 'waiting'
    } finally {
      if (this.worked === run) this.worked = -1
      if (run === this.run) this.settle()
    }
  }

  private nextBatch(): Item[] {
    const batch: Item[] = []
    const most = this.job?.announced ? BATCH : FIRST_BATCH
    let bytes = 0
    for (const one of this.items) {
      if (one.state !== 'waiting') continue
      if (batch.length >= most || (batch.length && bytes + one.size > BATCH_BYTES)) break
      batch.push(one)
      bytes += one.size
    }
    return batch
  }

  /** Everything is announced but the last request left the job open, as the files after it were left out. */
  private mustSeal(): boolean {
    return Boolean(this.job?.jobId) && !this.job?.sealed && !this.items.some(unannounced)
  }

  private async checked(batch: Item[], run: number): Promise<void> {
    for (const one of batch) {
      await this.until(() => true, run)
      if (run !== this.run || one.sha256 || !one.file) continue
      one.state = 'checking'
      this.tell()
      try {
        one.sha256 = await sha256Of(one.file)
        one.state = 'waiting'
      } catch {
        one.state = 'failed'
        one.error = 'unreadable'
      }
    }
  }

  private async announce(batch: Item[], run: number): Promise<void> {
    const { job } = this
    const ready = batch.filter((one) => one.state === 'waiting')
    if (!job || run !== this.run) return
    const more = this.items.some((one) => unannounced(one) && !ready.includes(one))
    const body = { files: ready.map(announced), more }
    if (!ready.length && (more || !job.jobId)) return
    const answer = job.jobId
      ? await api<UploadAnswer>(`/jobs/${job.jobId}/files`, {
          method: 'POST',
          body,
          patient: true,
          key: `${job.jobId}-${ready[0]?.index ?? 'seal'}-${ready.length}`,
        })
      : await api<UploadAnswer>('/upload', {
          method: 'POST',
          body: {
            ...body,
            pipeline: job.pipeline,
            options: job.options,
            ...(job.name ? { name: job.name } : {}),
          },
          patient: true,
          key: randomKey(),
        })
    if (run !== this.run) return
    job.sealed = !more
    const first = !job.jobId
    job.jobId = answer.job_id
    job.announced += ready.length
    for (const [at, target] of answer.uploads.entries()) this.admit(ready[at]!, target)
    if (first) await this.remember(job)
    else await this.records.job(job).catch(ignore)
    await this.write()
    this.pump()
  }

  private admit(one: Item, target: UploadTarget): void {
    one.fileId = target.file_id
    if (target.multipart) one.multipart = target.multipart
    one.target = target
    if (target.duplicate_of) {
      one.known = true
      this.arrived(one.index, 'known')
    } else {
      one.state = 'ready'
      this.queue.push(one)
      this.note(one)
    }
  }

  /** Hands over to the transport what it has room for. */
  private pump(): void {
    if (this.phase !== 'working' || !this.job) return
    while (this.transport.carried < CARRIED) {
      const one = this.queue.shift()
      if (!one) break
      if (one.state !== 'ready' || !one.file || !one.fileId) continue
      one.state = 'sending'
      const parcel: Parcel = {
        index: one.index,
        jobId: this.job.jobId,
        fileId: one.fileId,
        path: one.path,
        file: one.file,
        target: one.target,
        multipart: one.multipart ?? null,
        begun: Boolean(one.multipart) && (one.attempts > 0 || !one.target),
      }
      this.transport.send(parcel)
    }
    this.tell()
  }

  private progress(index: number, bytes: number): void {
    const one = this.items[index]
    if (one?.state !== 'sending') return
    one.bytes = Math.min(bytes, one.size)
    this.flying.set(index, one.bytes)
    this.speed.mark(performance.now(), this.sentBytes)
    this.tell()
  }

  private arrived(index: number, state: 'sent' | 'known'): void {
    const one = this.items[index]
    if (!one || one.state === 'sent' || one.state === 'known') return
    this.flying.delete(index)
    Object.assign(one, { state, sent: true, bytes: one.size, error: null, target: null })
    this.settledBytes += one.size
    // What was never sent says nothing about the speed of the line.
    if (state === 'known') this.speed.reset()
    else this.speed.mark(performance.now(), this.sentBytes)
    this.note(one)
    this.pump()
    this.settle()
  }

  private broke(index: number, error: SendError): void {
    const one = this.items[index]
    if (one?.state !== 'sending') return
    this.flying.delete(index)
    one.target = null
    // The API says that nothing is awaited any more: an earlier try had arrived, and only its answer was lost.
    if (error.code === 'not_allowed_in_state') {
      this.arrived(index, 'sent')
      return
    }
    const passing = error.status === 0 || error.status === 403 || error.status >= 500
    one.attempts++
    if (passing && one.attempts < ATTEMPTS && one.file) {
      one.state = 'ready'
      const { run } = this
      setTimeout(
        () => {
          if (run !== this.run || one.state !== 'ready') return
          this.queue.push(one)
          this.pump()
        },
        Math.min(1000 * 2 ** (one.attempts - 1), 15_000),
      )
    } else {
      one.state = 'failed'
      one.error = error.code === 'BadDigest' || error.status === 400 ? 'changed' : 'unsent'
    }
    this.pump()
    this.settle()
  }

  private settle(): void {
    if (this.phase === 'working' || this.phase === 'incomplete') {
      const open = this.count('waiting', 'checking', 'ready', 'sending')
      if (!open && this.worked !== this.run) {
        this.phase = this.count('failed', 'missing') ? 'incomplete' : 'done'
        if (this.phase === 'done' && this.job?.jobId) void this.records.forget(this.job.jobId).catch(ignore)
      } else if (open) this.phase = 'working'
    }
    this.tell()
  }

  private until(ready: () => boolean, run: number): Promise<void> {
    const good = () => run !== this.run || (this.phase !== 'paused' && ready())
    if (good()) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = this.watch(() => {
        if (!good()) return
        stop()
        resolve()
      })
    })
  }

  // -- remembering --------------------------------------------------------------------------------------------------

  /** A browser that refuses to keep anything (a private window, a full disk) still uploads. */
  private async remember(job: JobRecord): Promise<void> {
    for (const one of this.items) one.jobId = job.jobId
    try {
      await this.records.begin(job, this.items.map(recordOf))
      if (await this.records.keepsBytes(this.totalBytes)) void this.keepBytes(job.jobId)
    } catch {
      /* going on after a reload is a comfort, sending is the job */
    }
  }

  private async keepBytes(jobId: string): Promise<void> {
    const { run } = this
    for (const one of this.items) {
      if (run !== this.run) return
      if (one.file && !one.sent) await this.records.keep(jobId, one.index, one.file).catch(ignore)
      if (one.sent) this.note(one)
    }
  }

  private note(one: Item): void {
    this.changed.set(one.index, recordOf(one))
  }

  private async write(): Promise<void> {
    const files = [...this.changed.values()].filter((record) => record.jobId)
    this.changed.clear()
    if (files.length && this.phase !== 'done') await this.records.files(files).catch(ignore)
  }

  private tell(): void {
    this.telling ??= setTimeout(() => {
      this.telling = null
      this.version++
      void this.write()
      for (const watcher of [...this.watchers]) watcher()
    }, TELL_EVERY)
  }
}

const ignore = () => undefined

const unannounced = (one: Item) => !one.fileId && one.state !== 'left'

/** crypto.randomUUID, which browsers withhold from pages served without TLS. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-')

function item(record: FileRecord, file: File | null): Item {
  const state: ItemState = record.sent
    ? record.known
      ? 'known'
      : 'sent'
    : !file
      ? 'missing'
      : record.fileId
        ? 'ready'
        : 'waiting'
  return {
    ...record,
    state,
    file,
    bytes: record.sent ? record.size : 0,
    attempts: 0,
    target: null,
    error: null,
  }
}

function recordOf(one: Item): FileRecord {
  const { jobId, index, path, size, modified, type, role, sha256, fileId, multipart, sent, known } = one
  return {
    ...{ jobId, index, path, size, modified, type, sent },
    ...(role ? { role } : {}),
    ...(sha256 ? { sha256 } : {}),
    ...(fileId ? { fileId } : {}),
    ...(multipart ? { multipart } : {}),
    ...(known ? { known } : {}),
  }
}

function announced(one: Item): NewFile {
  return {
    filename: one.path,
    size: one.size,
    modified_at: new Date(one.modified).toISOString(),
    ...(one.sha256 ? { sha256: one.sha256 } : {}),
    ...(/^[\w.+-]+\/[\w.+-]+$/.test(one.type) ? { content_type: one.type } : {}),
    ...(one.role ? { role: one.role } : {}),
  }
}

export const engine = new UploadEngine()
