// The files of a job, page by page: those in sight first, the rest in the background, and those that may have changed
// again.
import { api } from '../../api/client'
import type { FileAnswer, FilesPage } from '../../api/schema'

export const PAGE = 200
const AT_ONCE = 2
const OPEN = new Set(['expected', 'inspecting'])
const AGAIN_AT_ONCE = 3
/** Addresses of thumbnails are valid for half an hour at least. */
const STALE = 20 * 60_000

type Fetch = (jobId: string, page: number, signal: AbortSignal) => Promise<FilesPage>

const fromApi: Fetch = (jobId, page, signal) =>
  api<FilesPage>(`/jobs/${jobId}/files?per_page=${PAGE}&page=${page}&slim=true`, { signal })

export class FileBook {
  files: (FileAnswer | undefined)[] = []
  version = 0
  error: unknown = null

  /** No more files are to come. */
  private complete = false
  private readonly at = new Map<number, number>()
  private readonly asked = new Set<number>()
  private sight: number[] = []
  private again: number[] = []
  private readonly watchers = new Set<() => void>()
  private stop = new AbortController()

  constructor(
    readonly jobId: string,
    private readonly fetchPage: Fetch = fromApi,
    private readonly now: () => number = Date.now,
  ) {}

  watch = (tell: () => void): (() => void) => {
    if (!this.watchers.size && this.stop.signal.aborted) this.stop = new AbortController()
    this.watchers.add(tell)
    this.next()
    return () => {
      this.watchers.delete(tell)
      if (!this.watchers.size) this.close()
    }
  }

  seen = (): number => this.version

  get loaded(): number {
    let sum = 0
    for (const page of this.at.keys()) sum += Math.min(PAGE, this.files.length - (page - 1) * PAGE)
    return sum
  }

  /** Takes the present number of files. exactly: no more are to come, so a smaller number means that files are gone. */
  expect(total: number, exactly = false): void {
    this.complete = exactly
    if (exactly && total < this.files.length) {
      this.files.length = total
      for (const page of [...this.at.keys()]) if ((page - 1) * PAGE >= total) this.at.delete(page)
      this.changed()
    }
    if (total > this.files.length) {
      // The last page had room, so it has changed.
      if (this.files.length % PAGE) this.at.delete(Math.ceil(this.files.length / PAGE))
      this.files.length = total
      this.changed()
    }
    this.next()
  }

  /** Removes these files; the pages after them are fetched again. */
  remove(ids: ReadonlySet<string>): void {
    this.files = this.files.filter((file) => !file || !ids.has(file.id))
    this.changed()
    this.refresh(true)
  }

  /** These places are in sight: their pages come first. */
  look(items: readonly number[]): void {
    this.sight = [...new Set(items.map((n) => Math.floor(n / PAGE) + 1))]
    this.next()
  }

  /** The job has changed: pages that weren't final are fetched again, some at a time. */
  refresh(everything = false): void {
    const open = [...this.at.keys()].filter((page) => everything || this.unsettled(page))
    const inSight = open.filter((page) => this.sight.includes(page))
    const rest = open.filter((page) => !this.sight.includes(page))
    this.again = everything ? [...inSight, ...rest] : [...inSight, ...rest].slice(0, AGAIN_AT_ONCE)
    this.next()
  }

  retry(): void {
    this.error = null
    this.changed()
    this.next()
  }

  close(): void {
    this.stop.abort()
    this.asked.clear()
  }

  private unsettled(page: number): boolean {
    return this.files.slice((page - 1) * PAGE, page * PAGE).some((file) => !file || OPEN.has(file.status))
  }

  private next(): void {
    if (!this.watchers.size || this.error) return
    while (this.asked.size < AT_ONCE) {
      const page = this.wanted()
      if (page === undefined) return
      void this.load(page)
    }
  }

  private wanted(): number | undefined {
    const free = (page: number) => !this.asked.has(page)
    const old = (page: number) => this.now() - (this.at.get(page) ?? 0) > STALE
    const seen = this.sight.find((page) => free(page) && old(page))
    if (seen) return seen
    const again = this.again.findIndex(free)
    if (again >= 0) return this.again.splice(again, 1)[0]
    const pages = Math.ceil(this.files.length / PAGE)
    for (let page = 1; page <= pages; page++) if (free(page) && !this.at.has(page)) return page
    return undefined
  }

  private async load(page: number): Promise<void> {
    const { signal } = this.stop
    this.asked.add(page)
    try {
      const found = await this.fetchPage(this.jobId, page, signal)
      if (signal.aborted) return
      if (!this.complete && found.total > this.files.length) this.files.length = found.total
      found.items.forEach((file, n) => {
        const place = (page - 1) * PAGE + n
        // An answer may date from before some files went into the bin.
        if (place < this.files.length) this.files[place] = file
      })
      this.at.set(page, this.now())
      this.error = null
    } catch (error) {
      if (signal.aborted) return
      this.error = error
    } finally {
      if (!signal.aborted) {
        this.asked.delete(page)
        this.changed()
        this.next()
      }
    }
  }

  private changed(): void {
    this.version++
    // A new list, so that a comparison notices the change.
    this.files = this.files.slice()
    for (const tell of this.watchers) tell()
  }
}
