// The record of an upload as it advances, written a few rows at a time and read again after a reload.
import { Problem } from '../api/client'
import { type Item, itemOf, recordOf } from './item'
import { type FileRecord, type JobRecord, Records } from './record'
import { ignore, type UploadState } from './state'

export class Journal {
  private readonly records = new Records()
  private readonly changed = new Map<number, FileRecord>()

  constructor(private readonly state: UploadState) {}

  /** The upload to this destination that was under way when this browser last had the page open. */
  async unfinished(): Promise<JobRecord | null> {
    const { destination } = this.state
    for (const job of await this.records.unfinished()) {
      if (!destination.owns(job)) continue
      try {
        const now = await destination.current(job)
        if (now) return now
        await this.records.forget(job.jobId)
      } catch (error) {
        if (!(error instanceof Problem) || error.passing) return job
        await this.records.forget(job.jobId)
      }
    }
    return null
  }

  async read(jobId: string): Promise<Item[]> {
    const [files, bytes] = await Promise.all([this.records.filesOf(jobId), this.records.bytesOf(jobId)])
    return files.map((record) => {
      const kept = bytes.get(record.index)
      return itemOf(record, kept ? new File([kept], record.path, { lastModified: record.modified }) : null)
    })
  }

  /** The job has its id, or more files. A browser that refuses to keep anything (a private window, a full disk) still uploads. */
  async begin(job: JobRecord): Promise<void> {
    const { items, totalBytes } = this.state
    for (const one of items) one.jobId = job.jobId
    try {
      await this.records.begin(job, items.map(recordOf))
      if (await this.records.keepsBytes(totalBytes)) void this.keepBytes(job.jobId)
    } catch {
      /* resuming after a reload is a comfort, sending is essential */
    }
  }

  private async keepBytes(jobId: string): Promise<void> {
    const { items, run } = this.state
    for (const one of items) {
      if (run !== this.state.run) return
      if (one.file && !one.sent && !one.left)
        await this.records.keep(jobId, one.index, one.file).catch(ignore)
      if (one.sent || one.left) this.note(one)
    }
  }

  /** Files are about to be announced: the request can be repeated as it was. */
  async pend(job: JobRecord, files: readonly Item[], more: boolean): Promise<void> {
    job.pending = { files: files.map((one) => one.index), more }
    for (const one of files) this.note(one)
    await this.write()
    await this.records.job(job).catch(ignore)
  }

  /** The announcement is answered. */
  async pended(job: JobRecord): Promise<void> {
    delete job.pending
    await this.records.job(job).catch(ignore)
  }

  /** Marks a row to be written with the next few. */
  note(one: Item): void {
    this.changed.set(one.index, recordOf(one))
  }

  async write(): Promise<void> {
    const files = [...this.changed.values()].filter((record) => record.jobId)
    this.changed.clear()
    if (files.length && this.state.phase !== 'done') await this.records.files(files).catch(ignore)
  }

  /** Discards pending rows, which belong to an upload that no longer exists. */
  clear(): void {
    this.changed.clear()
  }

  forget(jobId: string): Promise<void> {
    return this.records.forget(jobId)
  }
}
