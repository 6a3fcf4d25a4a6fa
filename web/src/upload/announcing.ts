// Tells the API of files, batch after batch, each checked before; ahead of what is being sent, but not far.
import { api, Problem } from '../api/client'
import type { UploadAnswer, UploadTarget } from '../api/schema'
import type { Course } from './course'
import { sha256Of } from './digest'
import { announced, type Item, unannounced } from './item'
import type { Journal } from './journal'
import type { JobRecord } from './record'
import type { Sending } from './sending'

/** The first batch is small, so that something moves soon. */
const FIRST_BATCH = 40
const BATCH = 500
const BATCH_BYTES = 1024 ** 3
const AHEAD = 200

export class Announcing {
  /** The upload that is being worked on, as its `run` counts; -1 for none. */
  private worked = -1

  constructor(
    private readonly course: Course,
    private readonly journal: Journal,
    private readonly sending: Sending,
  ) {}

  get busy(): boolean {
    return this.worked === this.course.run
  }

  async work(): Promise<void> {
    const { run } = this.course
    this.sending.pump()
    if (this.busy) return
    this.worked = run
    try {
      for (;;) {
        const batch = this.nextBatch()
        if (!batch.length && !this.mustSeal()) break
        await this.check(batch, run)
        await this.until(() => this.sending.waiting < AHEAD, run)
        await this.announce(batch, run)
        if (run !== this.course.run) return
      }
    } catch (error) {
      if (run !== this.course.run) return
      for (const one of this.course.items) if (one.state === 'checking') one.state = 'waiting'
      this.course.stop(
        error instanceof Problem
          ? error
          : new Problem('unexpected', 0, error instanceof Error ? error.message : ''),
      )
    } finally {
      if (this.worked === run) this.worked = -1
      if (run === this.course.run) this.course.settle()
    }
  }

  private nextBatch(): Item[] {
    const batch: Item[] = []
    const most = this.course.job?.announced ? BATCH : FIRST_BATCH
    let bytes = 0
    for (const one of this.course.items) {
      if (one.state !== 'waiting') continue
      if (batch.length >= most || (batch.length && bytes + one.size > BATCH_BYTES)) break
      batch.push(one)
      bytes += one.size
    }
    return batch
  }

  /** Everything is announced but the last request left the job open, as the files after it were left out. */
  private mustSeal(): boolean {
    const { items, job } = this.course
    return Boolean(job?.jobId) && !job?.sealed && !items.some(unannounced)
  }

  /** With its hash, the API knows a file that it has already, and the store refuses other bytes. */
  private async check(batch: Item[], run: number): Promise<void> {
    for (const one of batch) {
      await this.until(() => true, run)
      if (run !== this.course.run || one.sha256 || !one.file) continue
      one.state = 'checking'
      this.course.tell()
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
    const { items, job } = this.course
    const ready = batch.filter((one) => one.state === 'waiting')
    if (!job || run !== this.course.run) return
    const more = items.some((one) => unannounced(one) && !ready.includes(one))
    if (!ready.length && (more || !job.jobId)) return
    const answer = await asked(job, ready, more)
    if (run !== this.course.run) return
    const first = !job.jobId
    job.sealed = !more
    job.jobId = answer.job_id
    job.announced += ready.length
    for (const target of answer.uploads) this.admit(ready[target.position]!, target)
    // An operating system's own files, which no pipeline takes.
    for (const one of ready) if (!one.fileId) this.leave(one)
    if (first) await this.journal.begin(job)
    else await this.journal.job(job)
    await this.journal.write()
    this.sending.pump()
  }

  private admit(one: Item, target: UploadTarget): void {
    one.fileId = target.file_id
    if (target.multipart) one.multipart = target.multipart
    one.target = target
    if (target.duplicate_of) {
      one.known = true
      this.sending.arrived(one.index, 'known')
    } else {
      one.state = 'ready'
      this.sending.add(one)
      this.journal.note(one)
    }
  }

  private leave(one: Item): void {
    one.left = true
    one.state = 'left'
    this.journal.note(one)
  }

  private until(ready: () => boolean, run: number): Promise<void> {
    const { course } = this
    const good = () => run !== course.run || (course.phase !== 'paused' && ready())
    if (good()) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = course.watch(() => {
        if (!good()) return
        stop()
        resolve()
      })
    })
  }
}

/** Carried out once, however often it is sent: each batch has a key of its own. */
function asked(job: JobRecord, ready: readonly Item[], more: boolean): Promise<UploadAnswer> {
  const body = { files: ready.map(announced), more }
  if (job.jobId)
    return api<UploadAnswer>(`/jobs/${job.jobId}/files`, {
      method: 'POST',
      body,
      patient: true,
      key: `${job.jobId}-${ready[0]?.index ?? 'seal'}-${ready.length}`,
    })
  const { pipeline, options, name } = job
  return api<UploadAnswer>('/upload', {
    method: 'POST',
    body: { ...body, pipeline, options, ...(name ? { name } : {}) },
    patient: true,
    key: randomKey(),
  })
}

/** crypto.randomUUID, which browsers withhold from pages served without TLS. */
const randomKey = () =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-')
