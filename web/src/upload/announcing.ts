// Announces files to the API, batch after batch, each checked before; ahead of the sending, but not far.
import { api, Problem, pause } from '../api/client'
import type { StatusAnswer, UploadTarget } from '../api/schema'
import { sha256Of } from './digest'
import { type Item, isStuck, isThere, unannounced } from './item'
import type { Journal } from './journal'
import type { Sending } from './sending'
import type { UploadState } from './state'

/** The first batch is small, so that something moves soon. */
const FIRST_BATCH = 40
const BATCH_BYTES = 1024 ** 3
const AHEAD = 200
/** Milliseconds to wait for files' inspection before their twins are sent as well. */
const LOOKED_AT = 60_000

export class Announcing {
  /** The upload in progress, by its `run` number; -1 for none. */
  private worked = -1
  /** The first of this upload's files with these bytes, by their hash. */
  private readonly firsts = new Map<string, Item>()

  constructor(
    private readonly state: UploadState,
    private readonly journal: Journal,
    private readonly sending: Sending,
  ) {}

  get busy(): boolean {
    return this.worked === this.state.run
  }

  async work(): Promise<void> {
    const { run } = this.state
    this.sending.pump()
    if (this.busy) return
    this.worked = run
    this.firsts.clear()
    for (const one of this.state.items) if (one.sha256 && one.fileId) this.firsts.set(one.sha256, one)
    try {
      const { items, job } = this.state
      if (job?.pending)
        await this.ask(
          job.pending.files.map((index) => items[index]!),
          job.pending.more,
          run,
        )
      for (;;) {
        const batch = this.nextBatch()
        if (!batch.length && !this.mustSeal()) break
        await this.check(batch, run)
        await this.twins(batch, run)
        await this.until(() => this.sending.waiting < AHEAD, run)
        await this.announce(batch, run)
        if (run !== this.state.run) return
      }
    } catch (error) {
      if (run !== this.state.run) return
      for (const one of this.state.items) if (one.state === 'checking') one.state = 'waiting'
      this.state.stop(
        error instanceof Problem
          ? error
          : new Problem('unexpected', 0, error instanceof Error ? error.message : ''),
      )
    } finally {
      if (this.worked === run) this.worked = -1
      if (run === this.state.run) this.state.settle()
    }
  }

  /** Files identical to others of this upload come last: once those have arrived, the API reuses their bytes. */
  private nextBatch(): Item[] {
    const first = this.batchOf((one) => !one.twin)
    return first.length ? first : this.batchOf(() => true)
  }

  private batchOf(wanted: (one: Item) => boolean): Item[] {
    const batch: Item[] = []
    const most = this.state.job?.announced ? this.state.destination.most : FIRST_BATCH
    let bytes = 0
    for (const one of this.state.items) {
      if (one.state !== 'waiting' || !wanted(one)) continue
      if (batch.length >= most || (batch.length && bytes + one.size > BATCH_BYTES)) break
      batch.push(one)
      bytes += one.size
    }
    return batch
  }

  /** Everything is announced, but the last request left the job open, as the files after it were left out. */
  private mustSeal(): boolean {
    const { items, job } = this.state
    return Boolean(job?.jobId) && !job?.sealed && !items.some(unannounced)
  }

  /** By its hash, the API recognises a file that it has already, and the store refuses other bytes. */
  private async check(batch: Item[], run: number): Promise<void> {
    if (!this.state.destination.compares) return
    for (const one of batch) {
      await this.until(() => true, run)
      if (run !== this.state.run || !one.file) continue
      if (one.sha256) {
        this.pair(one)
        continue
      }
      one.state = 'checking'
      this.state.tell()
      try {
        one.sha256 = await sha256Of(one.file)
        one.state = 'waiting'
        this.pair(one)
      } catch {
        one.state = 'failed'
        one.error = 'unreadable'
      }
    }
  }

  /** Waits for the files to which these are identical, until they are inspected or will not arrive. */
  private async twins(batch: Item[], run: number): Promise<void> {
    const firsts = batch.flatMap((one) => (one.twin ? [one.twin] : []))
    const { job } = this.state
    if (!firsts.length || firsts.length < batch.length || !job?.jobId) return
    await this.until(() => firsts.every((one) => isThere(one) || isStuck(one) || one.left), run)
    for (const began = Date.now(); run === this.state.run && Date.now() - began < LOOKED_AT; ) {
      const how = await api<StatusAnswer>(`/status/${job.jobId}`, { patient: true })
      const sent = this.state.items.filter((one) => isThere(one)).length
      if ((how.files_inspected ?? 0) >= sent) return
      await pause(1000 * (how.poll_after_seconds ?? 1))
    }
  }

  /** The first of the files with the same bytes is sent first. */
  private pair(one: Item): void {
    if (!one.sha256 || one.fileId) return
    const first = this.firsts.get(one.sha256)
    if (first && first !== one && !first.left && !isStuck(first)) one.twin = first
    else this.firsts.set(one.sha256, one)
  }

  private async announce(batch: Item[], run: number): Promise<void> {
    const { items, job } = this.state
    // A file that turns out to be identical to another waits, unless its turn has come.
    const together = batch.some((one) => !one.twin)
    const ready = batch.filter((one) => one.state === 'waiting' && !(together && one.twin))
    if (!job || run !== this.state.run) return
    const more = items.some((one) => unannounced(one) && !ready.includes(one))
    if (!ready.length && (more || !job.jobId)) return
    await this.ask(ready, more, run)
  }

  private async ask(ready: Item[], more: boolean, run: number): Promise<void> {
    const { destination, job } = this.state
    if (!job || run !== this.state.run) return
    if (job.jobId) await this.journal.pend(job, ready, more)
    const answer = await destination.announce(job, ready, more).catch(async (error) => {
      // A refused announcement had no effect.
      if (error instanceof Problem && !error.passing) await this.journal.pended(job)
      throw error
    })
    if (run !== this.state.run) return
    const first = !job.jobId
    job.sealed = !more
    job.jobId = answer.id
    job.announced += ready.length
    for (const target of answer.uploads) this.admit(ready[target.position]!, target)
    // An operating system's own files, which no pipeline takes.
    for (const one of ready) if (!one.fileId) this.leave(one)
    if (first) await this.journal.begin(job)
    else await this.journal.pended(job)
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
      one.state = one.file ? 'ready' : 'missing'
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
    const { state } = this
    const good = () => run !== state.run || (state.phase !== 'paused' && ready())
    if (good()) return Promise.resolve()
    return new Promise((resolve) => {
      const stop = state.watch(() => {
        if (!good()) return
        stop()
        resolve()
      })
    })
  }
}
