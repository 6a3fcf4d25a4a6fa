// The content of the places that a user may import from, the jobs of imports, and the schedules that repeat them.
import { infiniteQueryOptions, queryOptions } from '@tanstack/react-query'
import { api } from './client'
import type {
  BegunAnswer,
  ImportCount,
  ImportFolders,
  ImportRequest,
  ImportWays,
  ScheduleAnswer,
  ScheduleRequest,
  SchedulesAnswer,
  UploadAnswer,
} from './schema'

const query = (values: Record<string, string>) =>
  new URLSearchParams(Object.entries(values).filter(([, value]) => value !== ''))

/** path: a folder's; empty for all places. */
export const importFolders = (path: string) =>
  infiniteQueryOptions({
    queryKey: ['import-folders', path],
    queryFn: ({ pageParam, signal }) =>
      api<ImportFolders>(`/import-folders?${query({ path, cursor: pageParam })}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    staleTime: 10_000,
  })

export const importCount = (path: string, recursive: boolean) =>
  queryOptions({
    queryKey: ['import-count', path, recursive],
    queryFn: ({ signal }) =>
      api<ImportCount>(`/import-folders/count?${query({ path, recursive: String(recursive) })}`, { signal }),
    staleTime: 10_000,
  })

export const importWays = queryOptions({
  queryKey: ['import-ways'],
  queryFn: ({ signal }) => api<ImportWays>('/import-folders/ways', { signal }),
  staleTime: 10 * 60_000,
})

export const beginImport = (body: Partial<ImportRequest>, key: string) =>
  api<UploadAnswer>('/import-path', { method: 'POST', body, key })

export const schedules = queryOptions({
  queryKey: ['schedules'],
  queryFn: async ({ signal }) => (await api<SchedulesAnswer>('/schedules', { signal })).items,
  // Schedules start jobs by themselves.
  refetchInterval: 60_000,
})

export const addSchedule = (body: Partial<ScheduleRequest>, key: string) =>
  api<ScheduleAnswer>('/schedules', { method: 'POST', body, key })

export const pauseSchedule = (id: string, paused: boolean) =>
  api<ScheduleAnswer>(`/schedules/${id}`, { method: 'PATCH', body: { paused } })

export const deleteSchedule = (id: string) => api<void>(`/schedules/${id}`, { method: 'DELETE' })

export const runSchedule = (id: string, key: string) =>
  api<BegunAnswer>(`/schedules/${id}/run`, { method: 'POST', key })
