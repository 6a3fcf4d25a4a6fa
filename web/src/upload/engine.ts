// An upload from the first file to the last, as the page sees it: the user's actions, and its progress.
import { Problem } from '../api/client'
import type { PipelineAnswer } from '../api/schema'
import { Announcing } from './announcing'
import { type Chosen, commonFolder } from './checks'
import type { Destination } from './destination'
import { type Item, type ItemState, isStuck, isTriedAgain, itemOf, unannounced } from './item'
import { Journal } from './journal'
import { own } from './own'
import { type JobRecord, matched } from './record'
import { Sending } from './sending'
import { ignore, type Phase, type UploadState } from './state'

const TELL_EVERY = 150
const AT_ONCE = 6

export class UploadEngine implements UploadState {
  items: Item[] = []
  job: JobRecord | null = null
  problem: Problem | null = null
  phase: Phase = 'idle'
  totalBytes = 0
  version = 0
  run = 0

  private readonly journal = new Journal(this)
  private readonly sending = new Sending(this, this.journal)
  private readonly announcing = new Announcing(this, this.journal, this.sending)
  private readonly watchers = new Set<() => void>()
  private telling: ReturnType<typeof setTimeout> | null = null

  constructor(readonly destination: Destination) {}

  // -- what is shown ------------------------------------------------------------------------------------------------

  watch = (tell: () => void): (() => void) => {
    this.watchers.add(tell)
    return () => this.watchers.delete(tell)
  }

  seen = (): number => this.version

  get sentBytes(): number {
    return this.sending.sentBytes
  }

  get speed() {
    return this.sending.speed
  }

  get active(): boolean {
    return this.phase === 'working' || this.phase === 'paused' || this.phase === 'incomplete'
  }

  count(...states: ItemState[]): number {
    return this.items.reduce((sum, item) => sum + +states.includes(item.state), 0)
  }

  /** Failed files that are being retried automatically. */
  get again(): number {
    return this.items.reduce((sum, one) => sum + +isTriedAgain(one), 0)
  }

  // -- what a user does ---------------------------------------------------------------------------------------------

  /** Starts a new job. Its first files are announced once they are checked; `problem` holds a refusal by the API. */
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
    this.open(job, itemsOf(chosen, 0, roles))
    void this.announcing.work()
  }

  /** Adds files to the upload, which stays open for more; the first ones begin it. */
  add(
    chosen: readonly Chosen[],
    details: Pick<JobRecord, 'pipeline' | 'name' | 'share' | 'giver' | 'until'>,
  ): void {
    if (!this.job)
      this.open(
        { ...details, jobId: '', options: {}, total: 0, announced: 0, sealed: false, beganAt: Date.now() },
        [],
      )
    const job = Object.assign(this.job!, details)
    const items = itemsOf(chosen, this.items.length)
    job.total += items.length
    this.items = [...this.items, ...items]
    this.totalBytes += items.reduce((sum, one) => sum + one.size, 0)
    if (this.phase === 'done') this.phase = 'working'
    if (job.jobId) void this.journal.begin(job)
    this.proceed()
    this.tell()
  }

  /** The upload that was under way when this browser last had the page open. */
  unfinished(): Promise<JobRecord | null> {
    return this.journal.unfinished()
  }

  /** Gives up an unfinished upload. Raises Problem if that may succeed later. */
  async discard(job: JobRecord): Promise<void> {
    await this.destination.cancel(job).catch((error) => {
      // A job that is already final, or gone, needs no cancelling.
      if (!(error instanceof Problem) || error.passing) throw error
    })
    await this.journal.forget(job.jobId)
  }

  /** Resumes a job from before a reload. Files whose bytes were not kept are `missing` until chosen again. */
  async goOn(job: JobRecord): Promise<void> {
    this.open(job, await this.journal.read(job.jobId))
    this.sending.add(...this.items.filter((one) => one.state === 'ready'))
    void this.announcing.work()
  }

  /** Matches newly chosen files to missing ones. Returns how many it found. */
  supply(chosen: readonly Chosen[]): number {
    const missing = this.items.filter((one) => one.state === 'missing')
    const found = matched(missing, chosen)
    for (const one of missing) {
      const file = found.get(one.index)
      if (!file) continue
      one.file = file
      this.back(one)
    }
    if (found.size) this.proceed()
    return found.size
  }

  pause(): void {
    if (this.phase !== 'working') return
    this.phase = 'paused'
    this.sending.pause()
    this.tell()
  }

  resume(): void {
    if (this.phase !== 'paused') return
    this.phase = 'working'
    this.sending.resume()
    this.tell()
  }

  retry(index?: number): void {
    for (const one of this.items) {
      if (one.state !== 'failed' || (index !== undefined && one.index !== index)) continue
      Object.assign(one, { attempts: 0, error: null, status: null, target: null })
      this.back(one)
    }
    this.proceed()
  }

  /** Continues without one file that can't be sent, is missing or was refused, or without all of them. */
  async leaveOut(index?: number): Promise<void> {
    const { run } = this
    const refused = this.phase === 'stopped'
    const stuck = (one: Item) => isStuck(one) || (refused && unannounced(one))
    const left = this.items.filter((one) => stuck(one) && (index === undefined || one.index === index))
    while (left.length && run === this.run)
      await Promise.all(left.splice(0, AT_ONCE).map((one) => this.letGo(one, run)))
    if (run !== this.run) return
    if (!this.job?.jobId && this.items.every((one) => one.state === 'left')) this.reset()
    else this.proceed()
  }

  /** Has the API stop waiting for an announced file, unless that has arrived after all. */
  private async letGo(one: Item, run: number): Promise<void> {
    let fate: 'left' | 'there' | 'kept' = 'left'
    if (one.fileId)
      try {
        await this.destination.leaveOut(one)
      } catch (error) {
        fate = error instanceof Problem && error.code === 'file_not_awaited' ? 'there' : 'kept'
      }
    // The file may have been chosen again meanwhile.
    if (run !== this.run || (one.fileId && !isStuck(one))) return
    if (fate === 'there') this.sending.arrived(one.index, 'sent')
    else if (fate === 'kept') one.error = 'kept'
    else {
      Object.assign(one, { state: 'left', left: true, bytes: 0, error: null })
      this.totalBytes -= one.size
      this.journal.note(one)
    }
    this.tell()
  }

  /** Cancels the upload and its job; files that have arrived stay with the job. */
  async cancel(): Promise<void> {
    if (this.job?.jobId) await this.discard(this.job)
    this.reset()
  }

  /** Clears the display; only once nothing is under way. */
  reset(): void {
    this.run++
    this.sending.end()
    this.items = []
    this.job = null
    this.problem = null
    this.phase = 'idle'
    this.tell()
  }

  // -- what those who do the work have to say -----------------------------------------------------------------------

  stop(problem: Problem): void {
    this.phase = 'stopped'
    this.problem = problem
  }

  settle(): void {
    if (this.phase === 'working' || this.phase === 'incomplete') {
      const open = this.count('waiting', 'checking', 'ready', 'sending')
      if (!open && !this.announcing.busy) {
        this.phase = this.count('failed', 'missing') ? 'incomplete' : 'done'
        if (this.phase === 'done' && this.job?.jobId) void this.journal.forget(this.job.jobId).catch(ignore)
      } else if (open) this.phase = 'working'
    }
    this.tell()
  }

  tell(): void {
    this.telling ??= setTimeout(() => {
      this.telling = null
      this.version++
      void this.journal.write()
      for (const watcher of [...this.watchers]) watcher()
    }, TELL_EVERY)
  }

  private open(job: JobRecord, items: Item[]): void {
    this.run++
    this.items = items
    this.job = job
    this.problem = null
    this.phase = 'working'
    this.totalBytes = items.reduce((sum, one) => sum + (one.state === 'left' ? 0 : one.size), 0)
    this.journal.clear()
    this.sending.begin(items)
    this.tell()
  }

  /** Continues where it stopped: announced files are sent, others are announced first. */
  private back(one: Item): void {
    one.state = one.fileId ? 'ready' : 'waiting'
    if (one.fileId) this.sending.add(one)
  }

  private proceed(): void {
    if (this.phase === 'stopped' || this.phase === 'incomplete') this.phase = 'working'
    this.problem = null
    void this.announcing.work()
  }
}

const itemsOf = (chosen: readonly Chosen[], from: number, roles?: ReadonlyMap<string, string>): Item[] =>
  chosen.map(({ path, file, size, modified }, n) => {
    const role = roles?.get(path)
    const { type } = file
    return itemOf(
      { jobId: '', index: from + n, path, size, modified, type, sent: false, ...(role ? { role } : {}) },
      file,
    )
  })

/** The uploads into jobs of the user's own. */
export const engine = new UploadEngine(own)
