// Duplicates, page by page of groups.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import type { DuplicatesAnswer, FileAnswer, JobAnswer, StatusAnswer } from '../../api/schema'

export type Kind = 'exact' | 'similar'

/** Changes when the groups may have changed, such as after a run or a retry. */
const seenOf = (job: JobAnswer, how: StatusAnswer, kind: Kind) =>
  `${how.status} ${how.processing_time_seconds ?? ''} ${kind === 'exact' ? job.files.duplicate : ''}`

export function useDuplicates(job: JobAnswer, how: StatusAnswer, kind: Kind) {
  return useInfiniteQuery({
    queryKey: ['duplicates', job.id, kind, seenOf(job, how, kind)],
    queryFn: ({ pageParam, signal }) =>
      api<DuplicatesAnswer>(`/jobs/${job.id}/duplicates?kind=${kind}&page=${pageParam}`, { signal }),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page < last.pages ? last.page + 1 : undefined),
    placeholderData: keepPreviousData,
    staleTime: 60_000,
  })
}

/** The number of groups; undefined while unknown. */
export function useDuplicateCount(job: JobAnswer, how: StatusAnswer): number | undefined {
  const [exact, similar] = [useDuplicates(job, how, 'exact'), useDuplicates(job, how, 'similar')]
  const totals = [exact.data?.pages[0]?.total, similar.data?.pages[0]?.total]
  return totals.every((one) => one !== undefined) ? totals[0]! + totals[1]! : undefined
}

/** The groups that one file is in. */
export function useGroupsOf(file: FileAnswer) {
  const ask = (kind: Kind, signal: AbortSignal) =>
    api<DuplicatesAnswer>(`/jobs/${file.job_id}/duplicates?kind=${kind}&file=${file.id}`, { signal })
  return useQuery({
    queryKey: ['duplicates', file.job_id, 'of', file.id],
    queryFn: async ({ signal }) => {
      const answers = await Promise.all([ask('exact', signal), ask('similar', signal)])
      return answers.flatMap(({ items }) => items)
    },
    staleTime: 60_000,
  })
}
