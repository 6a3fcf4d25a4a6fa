// The page's polled queries, at the pace that the server names.
import {
  keepPreviousData,
  type Query,
  QueryClient,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { useEffect } from 'react'
import { api, connection, Problem } from './client'
import { live } from './live'
import type {
  ArtifactAnswer,
  ArtifactsAnswer,
  DownloadAnswer,
  JobAnswer,
  JobState,
  JobsPage,
  PipelinesAnswer,
  RemakeRequest,
  StatsAnswer,
  StatusAnswer,
  UploadAnswer,
} from './schema'

export const FINAL: ReadonlySet<JobState> = new Set(['completed', 'failed', 'cancelled'])

const HIDDEN_PACE = 30
const SLOWEST = 60

export const queryClient = new QueryClient({
  defaultOptions: {
    queries: {
      staleTime: 2000,
      // A fault that doesn't pass is no better the second time.
      retry: (count, error) => error instanceof Problem && error.passing && count < 2,
      retryDelay: (count) => Math.min(1000 * 2 ** count, 8000),
      // The browser's own idea of being online is often wrong; a request tells.
      networkMode: 'always',
    },
    mutations: { networkMode: 'always' },
  },
})

// Queries that failed without a connection are repeated as soon as there is one.
connection.watch(() => {
  if (connection.get())
    void queryClient.refetchQueries({ type: 'active', predicate: (query) => query.state.error !== null })
})

const TOLD_PACE = 30

// A socket's frame equals the answer of a poll; lists are fetched again when a job differs from its entry.
live.listen((frame) => {
  if (frame.type === 'error') {
    for (const name of ['jobs', 'status', 'bin']) void queryClient.invalidateQueries({ queryKey: [name] })
    return
  }
  const before = queryClient.getQueryData<StatusAnswer>(['status', frame.job_id])
  queryClient.setQueryData(['status', frame.job_id], frame.details)
  if (frame.type === 'job_update' && before?.status !== frame.details.status)
    for (const name of ['jobs', 'plans']) void queryClient.invalidateQueries({ queryKey: [name] })
})

/** Keeps a socket open while active work is shown. */
export function useLive(atWork: boolean): void {
  useEffect(() => (atWork ? live.want() : undefined), [atWork])
}

/** A job that the socket reports needs no polling; it is still polled now and then. */
export const told = (seconds: number, covered: boolean) => (covered ? Math.max(seconds, TOLD_PACE) : seconds)

/** Milliseconds to the next poll: the server's pace, slower in a hidden tab, slower still with each error in a row. */
export function pace(seconds: number, failures: number, hidden: boolean): number {
  const calm = hidden ? Math.max(seconds, HIDDEN_PACE) : seconds
  return 1000 * Math.min(calm * 2 ** Math.min(failures, 5), Math.max(calm, SLOWEST))
}

const polled = (seconds: number, query: Pick<Query, 'state'>) =>
  pace(
    seconds,
    query.state.fetchFailureCount + query.state.errorUpdateCount * +(query.state.status === 'error'),
    document.hidden,
  )

export function usePipelines() {
  return useQuery({
    queryKey: ['pipelines'],
    queryFn: ({ signal }) => api<PipelinesAnswer>('/pipelines', { signal }),
    staleTime: 10 * 60_000,
    refetchInterval: (query) => (query.state.status === 'error' ? polled(3, query) : false),
    select: (answer) => answer.items,
  })
}

export interface JobsWanted {
  status: readonly JobState[]
  pipeline: string
  origin?: string
}

export function useJobs(wanted: JobsWanted, limit = 100) {
  const query = new URLSearchParams({ limit: String(limit) })
  if (wanted.status.length) query.set('status', wanted.status.join(','))
  if (wanted.pipeline) query.set('pipeline', wanted.pipeline)
  if (wanted.origin) query.set('origin', wanted.origin)
  const found = useQuery({
    queryKey: ['jobs', query.toString()],
    queryFn: ({ signal }) => api<JobsPage>(`/jobs?${query}`, { signal }),
    placeholderData: keepPreviousData,
    refetchIntervalInBackground: true,
    refetchInterval: (q) => polled(told(q.state.data?.poll_after_seconds ?? 3, live.open()), q),
  })
  useLive(found.data?.items.some((job) => !FINAL.has(job.status)) ?? false)
  return found
}

export function useStatus(jobId: string, enabled = true) {
  const found = useQuery({
    enabled,
    queryKey: ['status', jobId],
    queryFn: ({ signal }) => api<StatusAnswer>(`/status/${jobId}`, { signal }),
    refetchIntervalInBackground: true,
    refetchInterval: (q) => {
      if (q.state.error instanceof Problem && !q.state.error.passing) return false
      return polled(told(q.state.data?.poll_after_seconds ?? 2, live.covers(jobId)), q)
    },
  })
  useLive(enabled && found.data !== undefined && !FINAL.has(found.data.status))
  return found
}

/** The job itself changes with its status: it is fetched again whenever the status changes. */
export function useJob(jobId: string, seen: string | undefined) {
  return useQuery({
    queryKey: ['job', jobId, seen],
    queryFn: ({ signal }) => api<JobAnswer>(`/jobs/${jobId}`, { signal }),
    placeholderData: keepPreviousData,
    // The same status again, after others, doesn't mean the same job.
    staleTime: 0,
  })
}

/** seen: changes when the artifacts may have changed, such as after a retry. */
export function useArtifacts(jobId: string, ready: boolean, seen: string) {
  return useQuery({
    queryKey: ['artifacts', jobId, seen],
    queryFn: ({ signal }) => api<ArtifactsAnswer>(`/jobs/${jobId}/artifacts`, { signal }),
    enabled: ready,
    staleTime: 5 * 60_000,
    select: (answer) => answer.items,
  })
}

export function useStats() {
  return useQuery({
    queryKey: ['stats'],
    queryFn: ({ signal }) => api<StatsAnswer>('/stats', { signal }),
    refetchInterval: (q) => polled(10, q),
  })
}

/** The address of an artifact's bytes, kept for a quarter of an hour. */
export async function located(path: string): Promise<DownloadAnswer> {
  return api<DownloadAnswer>(path.replace(/^\/api/, ''))
}

/** An artifact's bytes. */
export async function content(artifact: ArtifactAnswer): Promise<Blob> {
  const { url } = await located(artifact.download_url)
  const response = await fetch(url)
  if (!response.ok) throw new Error(`${artifact.filename}: ${response.status}`)
  return response.blob()
}

export function useControl(jobId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (
      action: 'pause' | 'resume' | 'cancel' | 'retry' | 'start' | { remake: RemakeRequest },
    ): Promise<JobAnswer | UploadAnswer> =>
      typeof action === 'object'
        ? api<JobAnswer>(`/jobs/${jobId}/remake`, { method: 'POST', body: action.remake })
        : action === 'retry'
          ? api<JobAnswer>(`/jobs/${jobId}/retry`, { method: 'POST' })
          : action === 'start'
            ? api<UploadAnswer>(`/jobs/${jobId}/files`, { method: 'POST', body: { files: [] } })
            : api<JobAnswer>(`/jobs/${jobId}/control`, { method: 'POST', body: { action } }),
    onSettled: () =>
      Promise.all(
        ['status', 'job', 'duplicates', 'artifacts', 'tree'].map((name) =>
          client.invalidateQueries({ queryKey: [name, jobId] }),
        ),
      ).then(() => client.invalidateQueries({ queryKey: ['jobs'] })),
  })
}
