// Files across all jobs: pages of a list of any length, one file with its version, and the changes to them.
import { type QueryClient, queryOptions } from '@tanstack/react-query'
import { api, Problem, type Tagged, tagged } from './client'
import type { FileChanges, JobRequest, LibraryFile, LibraryPage, NewJobAnswer } from './schema'

export const KINDS = ['image', 'video', 'volume', 'audio'] as const
export type Kind = (typeof KINDS)[number]

export const LIBRARY_SORTS = ['newest', 'oldest', 'taken', '-taken', 'name', '-size'] as const
export type LibrarySort = (typeof LIBRARY_SORTS)[number]

export interface LibraryWanted {
  kind: Kind | ''
  search: string
  sort: LibrarySort
}

export const PER_PAGE = 100
/** Addresses of thumbnails last an hour, the same one for half of that. */
const FRESH = 20 * 60_000

const ORDERS: Record<LibrarySort, readonly [string, 'asc' | 'desc']> = {
  newest: ['created_at', 'desc'],
  oldest: ['created_at', 'asc'],
  taken: ['taken_at', 'asc'],
  '-taken': ['taken_at', 'desc'],
  name: ['name', 'asc'],
  '-size': ['size', 'desc'],
}

export function libraryQuery({ kind, search, sort }: LibraryWanted): string {
  const [by, order] = ORDERS[sort]
  const query = new URLSearchParams({ sort_by: by, sort_order: order, per_page: String(PER_PAGE) })
  if (kind) query.set('type', kind)
  if (search.trim()) query.set('search', search.trim())
  return query.toString()
}

export const libraryPage = (query: string, page: number) =>
  queryOptions({
    queryKey: ['library', query, page],
    queryFn: ({ signal }) => api<LibraryPage>(`/files?${query}&page=${page}`, { signal }),
    staleTime: FRESH,
    gcTime: FRESH,
  })

export const oneFile = (id: string) =>
  queryOptions({
    queryKey: ['file', id],
    queryFn: ({ signal }) => readFile(id, signal),
    staleTime: 10_000,
  })

export const readFile = (id: string, signal?: AbortSignal) => tagged<LibraryFile>(`/files/${id}`, { signal })

export const writeFile = (id: string, changes: FileChanges, etag: string) =>
  tagged<LibraryFile>(`/files/${id}`, { method: 'PATCH', body: changes, match: etag })

/** Puts a changed file into every list that contains it. */
export function keepFile(client: QueryClient, now: Tagged<LibraryFile>): void {
  client.setQueryData(['file', now.value.id], now)
  client.setQueriesData<LibraryPage>(
    { queryKey: ['library'] },
    (page) =>
      page && { ...page, items: page.items.map((one) => (one.id === now.value.id ? now.value : one)) },
  )
}

/** Succeeds where the file is gone already. */
export async function deleteFile(id: string): Promise<void> {
  try {
    await api(`/files/${id}`, { method: 'DELETE' })
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error
  }
}

export const openJob = (body: JobRequest, key: string) =>
  api<NewJobAnswer>('/jobs', { method: 'POST', body, key })

export interface Outcome {
  file: LibraryFile
  /** Undefined for success. */
  error: unknown
}

const AT_ONCE = 4

/** Applies an action to every file, some at a time; one that fails doesn't hold up the others. */
export async function forEach(
  files: readonly LibraryFile[],
  act: (file: LibraryFile) => Promise<unknown>,
  onDone: (done: number) => void,
): Promise<Outcome[]> {
  const outcomes: Outcome[] = new Array(files.length)
  let next = 0
  let done = 0
  const work = async () => {
    for (let n = next++; n < files.length; n = next++) {
      const file = files[n]!
      outcomes[n] = await act(file).then(
        () => ({ file, error: null }),
        (error: unknown) => ({ file, error }),
      )
      onDone(++done)
    }
  }
  await Promise.all(Array.from({ length: Math.min(AT_ONCE, files.length) }, work))
  return outcomes
}
