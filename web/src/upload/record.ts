// This browser's record of an upload under way, so that it resumes after a reload.
//
// Uppy's Golden Retriever keeps every file's bytes, and one list in local storage: with twenty thousand photos there is
// room for neither. Here each file is a row of its own, rows change a few at a time, and bytes are kept while they are
// small; otherwise the same folder is chosen again and matched by name, size and time.
import { type DBSchema, type IDBPDatabase, openDB } from 'idb'
import type { MultipartPlan } from '../api/schema'

export interface JobRecord {
  jobId: string
  pipeline: string
  name: string
  options: Record<string, unknown>
  total: number
  announced: number
  sealed: boolean
  beganAt: number
  /** The announcement under way: a reload may lose its answer, and only the same request finds that again. */
  pending?: { files: number[]; more: boolean }
  /** For files that are given by a share: its token, and the name of who gives. The id is then the gift's. */
  share?: string
  giver?: string
  /** When the record is of no more use: the share's end, in milliseconds. */
  until?: number
}

export interface FileRecord {
  jobId: string
  index: number
  path: string
  size: number
  modified: number
  type: string
  role?: string
  sha256?: string
  fileId?: string
  multipart?: MultipartPlan
  sent: boolean
  known?: boolean
  left?: boolean
}

interface Schema extends DBSchema {
  jobs: { key: string; value: JobRecord }
  files: { key: [string, number]; value: FileRecord }
  bytes: { key: [string, number]; value: { jobId: string; index: number; file: Blob } }
}

/** Up to this many bytes, and a quarter of the browser's quota, the files' own bytes are kept as well. */
const KEPT_BYTES = 1024 ** 3

export class Records {
  private db: Promise<IDBPDatabase<Schema>> | null = null

  private open(): Promise<IDBPDatabase<Schema>> {
    this.db ??= openDB<Schema>('millrace', 1, {
      upgrade(db) {
        db.createObjectStore('jobs', { keyPath: 'jobId' })
        db.createObjectStore('files', { keyPath: ['jobId', 'index'] })
        db.createObjectStore('bytes', { keyPath: ['jobId', 'index'] })
      },
    })
    return this.db
  }

  async keepsBytes(total: number): Promise<boolean> {
    const granted = (await navigator.storage?.estimate?.())?.quota ?? 0
    return total <= Math.min(KEPT_BYTES, granted / 4)
  }

  async begin(job: JobRecord, files: FileRecord[]): Promise<void> {
    const db = await this.open()
    const change = db.transaction(['jobs', 'files'], 'readwrite')
    void change.objectStore('jobs').put(job)
    for (const file of files) void change.objectStore('files').put(file)
    await change.done
  }

  async keep(jobId: string, index: number, file: Blob): Promise<void> {
    await (await this.open()).put('bytes', { jobId, index, file })
  }

  async job(job: JobRecord): Promise<void> {
    await (await this.open()).put('jobs', job)
  }

  async files(files: FileRecord[]): Promise<void> {
    const change = (await this.open()).transaction(['files', 'bytes'], 'readwrite')
    for (const file of files) {
      void change.objectStore('files').put(file)
      if (file.sent || file.left) void change.objectStore('bytes').delete([file.jobId, file.index])
    }
    await change.done
  }

  /** Without those whose time is over, which are forgotten. */
  async unfinished(now = Date.now()): Promise<JobRecord[]> {
    const jobs = await (await this.open()).getAll('jobs')
    for (const job of jobs) if (over(job, now)) await this.forget(job.jobId)
    return jobs.filter((job) => !over(job, now))
  }

  async filesOf(jobId: string): Promise<FileRecord[]> {
    return (await this.open()).getAll('files', everythingOf(jobId))
  }

  async bytesOf(jobId: string): Promise<Map<number, Blob>> {
    const found = await (await this.open()).getAll('bytes', everythingOf(jobId))
    return new Map(found.map(({ index, file }) => [index, file]))
  }

  async forget(jobId: string): Promise<void> {
    const change = (await this.open()).transaction(['jobs', 'files', 'bytes'], 'readwrite')
    void change.objectStore('jobs').delete(jobId)
    void change.objectStore('files').delete(everythingOf(jobId))
    void change.objectStore('bytes').delete(everythingOf(jobId))
    await change.done
  }
}

const over = (job: JobRecord, now: number) => job.until !== undefined && job.until <= now

const everythingOf = (jobId: string) => IDBKeyRange.bound([jobId, 0], [jobId, Number.MAX_SAFE_INTEGER])

/** The files of a record that still have to be sent, found again among newly chosen ones. */
export function matched(
  wanted: readonly FileRecord[],
  chosen: readonly { path: string; file: File; size: number; modified: number }[],
): Map<number, File> {
  const key = (path: string, size: number, modified: number) => `${path}\n${size}\n${modified}`
  const name = (path: string) => path.split('/').at(-1) ?? path
  const exact = new Map(chosen.map((c) => [key(c.path, c.size, c.modified), c.file]))
  // Chosen in another way (the files instead of their folder), the same file has another path.
  const loose = new Map(chosen.map((c) => [key(name(c.path), c.size, c.modified), c.file]))
  const found = new Map<number, File>()
  for (const file of wanted) {
    const again =
      exact.get(key(file.path, file.size, file.modified)) ??
      loose.get(key(name(file.path), file.size, file.modified))
    if (again) found.set(file.index, again)
  }
  return found
}
