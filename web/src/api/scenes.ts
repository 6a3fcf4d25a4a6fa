// The scene catalogue: scenes, the names in them, the servers that they come from, and syncs.
import { keepPreviousData, queryOptions, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api, Problem, tagged } from './client'
import { live } from './live'
import { told } from './queries'
import type {
  BulkAnswer,
  ConnectionAnswer,
  ConnectionsAnswer,
  EntitiesPage,
  JobStarted,
  JobsPage,
  ModelsTested,
  ResultsPage,
  SceneAnswer,
  SceneChanges,
  SceneJobs,
  SceneStats,
  ScenesPage,
  ServerTest,
  StashTested,
} from './schema'

export const NAMES = ['performers', 'tags', 'studios'] as const
export type Names = (typeof NAMES)[number]

/** The known names, from all of the API's answers so far: an address holds only ids. */
const known: Record<Names, Map<string, string>> = {
  performers: new Map(),
  tags: new Map(),
  studios: new Map(),
}

function note(scene: SceneAnswer): void {
  for (const one of scene.performers) known.performers.set(one.id, one.name)
  for (const one of scene.tags) known.tags.set(one.id, one.name)
  if (scene.studio) known.studios.set(scene.studio.id, scene.studio.name)
}

export function useScenes(query: string) {
  return useQuery({
    queryKey: ['scenes', query],
    queryFn: async ({ signal }) => {
      const found = await api<ScenesPage>(`/scenes?${query}`, { signal })
      found.items.forEach(note)
      return found
    },
    placeholderData: keepPreviousData,
  })
}

export function useSceneStats() {
  return useQuery({
    queryKey: ['scenes', 'stats'],
    queryFn: ({ signal }) => api<SceneStats>('/scenes/stats', { signal }),
    staleTime: 10_000,
  })
}

export const oneScene = (id: string) =>
  queryOptions({
    queryKey: ['scene', id],
    queryFn: async ({ signal }) => {
      const found = await tagged<SceneAnswer>(`/scenes/${encodeURIComponent(id)}`, { signal })
      note(found.value)
      return found
    },
  })

export const writeScene = (id: string, changes: SceneChanges, etag: string) =>
  tagged<SceneAnswer>(`/scenes/${encodeURIComponent(id)}`, { method: 'PATCH', body: changes, match: etag })

export function useSceneJobs(id: string) {
  return useQuery({
    queryKey: ['scene', id, 'jobs'],
    queryFn: ({ signal }) => api<SceneJobs>(`/scenes/${encodeURIComponent(id)}/jobs`, { signal }),
    select: (answer) => answer.items,
  })
}

/** The most scenes of one request: each is a write of its own, and a request has half a minute. */
const AT_ONCE = 50

/** Applies an action to all scenes, some at a time. */
export async function inBulk(
  path: 'add-tags' | 'remove-tags' | 'bulk-update',
  ids: readonly string[],
  body: object,
  onDone: (done: number) => void,
): Promise<BulkAnswer> {
  const all: BulkAnswer = { updated: 0, missing: [] }
  for (let n = 0; n < ids.length; n += AT_ONCE) {
    const scene_ids = ids.slice(n, n + AT_ONCE)
    const answer = await api<BulkAnswer>(`/scenes/${path}`, {
      method: 'POST',
      body: { ...body, scene_ids },
      patient: true,
    })
    all.updated += answer.updated
    all.missing.push(...answer.missing)
    onDone(Math.min(n + AT_ONCE, ids.length))
  }
  return all
}

// -- names -----------------------------------------------------------------------------------------------------------

const NAMES_A_PAGE = 50

async function namesPage(kind: Names, query: URLSearchParams, signal?: AbortSignal): Promise<EntitiesPage> {
  const found = await api<EntitiesPage>(`/${kind}?${query}`, { signal })
  for (const one of found.items) known[kind].set(one.id, one.name)
  return found
}

export function useNames(kind: Names, search: string) {
  return useInfiniteQuery({
    queryKey: ['names', kind, search],
    queryFn: ({ pageParam, signal }) => {
      const query = new URLSearchParams({ per_page: String(NAMES_A_PAGE), page: String(pageParam) })
      if (search.trim()) query.set('search', search.trim())
      return namesPage(kind, query, signal)
    },
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page < last.pages ? last.page + 1 : undefined),
    placeholderData: keepPreviousData,
    staleTime: 30_000,
  })
}

/** The names of ids from an address that are in no answer yet: reads all pages until each is found. */
export function useNamesOf(kind: Names, ids: readonly string[]): (id: string) => string | undefined {
  const missing = ids.filter((id) => !known[kind].has(id))
  const asked = useQuery({
    queryKey: ['names of', kind, missing.join()],
    queryFn: async ({ signal }) => {
      for (let page = 1; missing.some((id) => !known[kind].has(id)); page++) {
        const query = new URLSearchParams({ per_page: '100', page: String(page) })
        if (page >= (await namesPage(kind, query, signal)).pages) break
      }
      return true
    },
    enabled: missing.length > 0,
    staleTime: 60_000,
  })
  // A name that no longer exists is shown by its id.
  return (id) => known[kind].get(id) ?? (asked.isFetched && !asked.isFetching ? id : undefined)
}

// -- connections and syncs -------------------------------------------------------------------------------------------

export function useConnections() {
  return useQuery({
    queryKey: ['connections'],
    queryFn: ({ signal }) => api<ConnectionsAnswer>('/connections', { signal }),
    select: (answer) => answer.items,
  })
}

export const KINDS = ['stash', 'openai'] as const
export type Kind = (typeof KINDS)[number]

export const isStash = (connection: ConnectionAnswer): boolean => connection.kind === 'stash'

/** A failure there is the answer, not an error. */
export const tryServer = (kind: Kind, body: ServerTest) =>
  api<StashTested & ModelsTested>(`/settings/test-${kind}`, { method: 'POST', body })

export const readConnection = (id: string) => tagged<ConnectionAnswer>(`/connections/${id}`)

/** Succeeds where the connection is gone already. */
export async function deleteConnection(id: string): Promise<void> {
  try {
    await api(`/connections/${id}`, { method: 'DELETE' })
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error
  }
}

export const startSync = (connection_id: string, incremental: boolean) =>
  api<JobStarted>('/scenes/sync', { method: 'POST', body: { connection_id, incremental } })

/** Takes in the videos of the user's own media jobs. */
export const startVideos = () => api<JobStarted>('/scenes/sync', { method: 'POST', body: { videos: true } })

/** The source of scenes that are the user's own videos. */
export const VIDEOS = 'videos'

export const resync = (id: string, connection_id: string) =>
  api<JobStarted>(`/scenes/${encodeURIComponent(id)}/resync`, { method: 'POST', body: { connection_id } })

const ENDED = new Set(['completed', 'failed', 'cancelled'])

/** The latest syncs, including active ones. */
export function useSyncs() {
  return useQuery({
    queryKey: ['jobs', 'scenesync'],
    queryFn: ({ signal }) => api<JobsPage>('/jobs?pipeline=scenesync&limit=50', { signal }),
    refetchInterval: ({ state }) =>
      1000 * told(state.data?.items.some((job) => !ENDED.has(job.status)) ? 3 : 30, live.open()),
    select: (answer) => answer.items,
  })
}

/** The results of the latest syncs. seen: changes when there may be more. */
export function useSyncOutcomes(seen: string) {
  return useQuery({
    queryKey: ['results', 'scenesync', seen],
    queryFn: ({ signal }) => api<ResultsPage>('/results?pipeline=scenesync&per_page=100', { signal }),
    placeholderData: keepPreviousData,
    select: (answer) => new Map(answer.items.map((one) => [one.job_id, one])),
  })
}
