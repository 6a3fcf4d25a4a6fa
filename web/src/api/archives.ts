// Zips of chosen files: begun, watched until they are made, and handed to the browser.
import { useQuery } from '@tanstack/react-query'
import { api } from './client'
import { FINAL, useStatus } from './queries'
import type { ArchiveAnswer, ArchivePlan, ArchiveRequest } from './schema'

export const LAYOUTS = ['organised', 'original', 'flat'] as const
export type Layout = (typeof LAYOUTS)[number]

export const STRATEGIES = ['auto', 'fast', 'cheap'] as const
export type Strategy = (typeof STRATEGIES)[number]

export const MOST_CHOSEN = 40_000

export const beginArchive = (body: Partial<ArchiveRequest>, key: string) =>
  api<ArchiveAnswer>('/archives', { method: 'POST', body, key })

/** The estimates of such a zip, for all strategies at once; undefined while unknown. */
export const usePlan = (ids: readonly string[]) =>
  useQuery({
    enabled: ids.length > 0 && ids.length <= MOST_CHOSEN,
    queryKey: ['archive-plan', ids],
    queryFn: ({ signal }) =>
      api<ArchivePlan>('/archives/estimate', { method: 'POST', body: { file_ids: ids }, signal }),
  }).data

export const dropArchive = (id: string) => api<void>(`/archives/${id}`, { method: 'DELETE' })

export const over = (archive: ArchiveAnswer) => FINAL.has(archive.status)

/** An archive's current state: its job is watched, and once that is over the archive is read. */
export function useArchive(begun: ArchiveAnswer | null): {
  archive: ArchiveAnswer | null
  error: Error | null
} {
  const id = begun?.archive_id
  const status = useStatus(id ?? '', id !== undefined)
  const how = status.data
  const ended = how !== undefined && FINAL.has(how.status)
  const whole = useQuery({
    enabled: ended,
    queryKey: ['archive', id, how?.status],
    queryFn: ({ signal }) => api<ArchiveAnswer>(`/archives/${id}`, { signal }),
  })
  const moved = begun && how && { ...begun, progress_percent: how.progress_percent ?? 0 }
  return {
    archive: whole.data ?? (moved && !ended ? { ...moved, status: how.status } : moved) ?? begun,
    error: status.error ?? whole.error,
  }
}
