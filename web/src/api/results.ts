// The results of jobs, page by page.
import {
  keepPreviousData,
  useInfiniteQuery,
  useMutation,
  useQuery,
  useQueryClient,
} from '@tanstack/react-query'
import { api, Problem } from './client'
import type { ResultAnswer, ResultsPage } from './schema'

export const RESULT_SORTS = ['newest', 'oldest', 'best', 'worst'] as const
export type ResultSort = (typeof RESULT_SORTS)[number]

export interface ResultsWanted {
  pipeline: string
  job: string
  /** Out of 100. */
  least: number
  sort: ResultSort
}

const PER_PAGE = 50

export function resultsQuery(wanted: ResultsWanted): string {
  const byQuality = wanted.sort === 'best' || wanted.sort === 'worst'
  const query = new URLSearchParams({
    sort_by: byQuality ? 'quality_score' : 'created_at',
    sort_order: wanted.sort === 'oldest' || wanted.sort === 'worst' ? 'asc' : 'desc',
    per_page: String(PER_PAGE),
  })
  if (wanted.pipeline) query.set('pipeline', wanted.pipeline)
  if (wanted.job) query.set('job_id', wanted.job)
  if (wanted.least > 0) query.set('min_quality', String(wanted.least / 100))
  return query.toString()
}

export function useResults(wanted: ResultsWanted) {
  const query = resultsQuery(wanted)
  return useInfiniteQuery({
    queryKey: ['results', query],
    queryFn: ({ pageParam, signal }) => api<ResultsPage>(`/results?${query}&page=${pageParam}`, { signal }),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page < last.pages ? last.page + 1 : undefined),
    placeholderData: keepPreviousData,
  })
}

export function useResult(id: string | null, known: ResultAnswer | undefined) {
  return useQuery({
    queryKey: ['result', id],
    queryFn: ({ signal }) => api<ResultAnswer>(`/results/${id}`, { signal }),
    enabled: id !== null,
    placeholderData: known,
  })
}

export function useDeleteResult() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      api(`/results/${id}`, { method: 'DELETE' }).catch((error) => {
        // The result is deleted already, as wanted.
        if (!(error instanceof Problem) || error.status !== 404) throw error
      }),
    onSuccess: () => client.invalidateQueries({ queryKey: ['results'] }),
  })
}
