// Plans of the scene catalogue: listed, read page by page, decided, carried out.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { api } from './client'
import { live } from './live'
import { told } from './queries'
import type {
  AnalysisRequest,
  AnalysisStarted,
  ApplyRequest,
  BulkDecision,
  ChangeAnswer,
  ChangeDecision,
  JobAnswer,
  JobStarted,
  JobsPage,
  PlanAnswer,
  PlanCosts,
  PlanPage,
  PlansPage,
} from './schema'

export type PlanStatus = PlanAnswer['status']
export const PLAN_STATUSES: readonly PlanStatus[] = ['pending', 'draft', 'reviewing', 'applied', 'cancelled']
export type SceneField = ChangeAnswer['field']
export const SCENE_FIELDS: readonly SceneField[] = [
  'studio',
  'performers',
  'tags',
  'details',
  'date',
  'markers',
]
export type Status = ChangeAnswer['status']

const at = (planId: string) => `/analysis/plans/${encodeURIComponent(planId)}`

export function usePlans(status: PlanStatus | '') {
  return useInfiniteQuery({
    queryKey: ['plans', status],
    queryFn: ({ pageParam, signal }) =>
      api<PlansPage>(`/analysis/plans?per_page=50&page=${pageParam}${status ? `&status=${status}` : ''}`, {
        signal,
      }),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page < last.pages ? last.page + 1 : undefined),
    placeholderData: keepPreviousData,
    // The end of an analysis is reported, and then its plan is fetched.
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((plan) => plan.status === 'pending'))
        ? 1000 * told(3, live.open())
        : false,
  })
}

const LIKELY = 5

/** The analysis that fills a plan: a job's options name its plan. */
export function useJobOfPlan(planId: string, name: string, wanted: boolean) {
  return useQuery({
    queryKey: ['job of plan', planId],
    queryFn: async ({ signal }) => {
      const { items } = await api<JobsPage>('/jobs?pipeline=sceneanalysis&limit=100', { signal })
      for (const { id } of items.filter((job) => job.name === name).slice(0, LIKELY)) {
        const job = await api<JobAnswer>(`/jobs/${id}`, { signal })
        if (job.options.plan_id === planId) return id
      }
      return null
    },
    enabled: wanted,
    staleTime: Number.POSITIVE_INFINITY,
  })
}

export const planPage = (planId: string, cursor: string | null, limit: number, signal?: AbortSignal) =>
  api<PlanPage>(`${at(planId)}?limit=${limit}${cursor ? `&cursor=${encodeURIComponent(cursor)}` : ''}`, {
    signal,
  })

/** The cost of the language model for a plan; so far, while the analysis is active. */
export function useCosts(planId: string, atWork: boolean) {
  return useQuery({
    queryKey: ['costs', planId, atWork],
    queryFn: ({ signal }) => api<PlanCosts>(`${at(planId)}/costs`, { signal }),
    placeholderData: keepPreviousData,
    refetchInterval: atWork ? 5000 : false,
  })
}

export const generatePlan = (body: AnalysisRequest) =>
  api<AnalysisStarted>('/analysis/generate', { method: 'POST', body })

export const decideChange = (changeId: string, body: { status?: Status; proposed_value?: unknown }) =>
  api<ChangeAnswer>(`/analysis/changes/${encodeURIComponent(changeId)}`, {
    method: 'PATCH',
    body: body as ChangeDecision,
    patient: true,
  })

export const decideChanges = (planId: string, body: BulkDecision) =>
  api<PlanAnswer>(`${at(planId)}/bulk-update`, { method: 'POST', body, patient: true })

export const applyPlan = (planId: string, body: ApplyRequest) =>
  api<JobStarted>(`${at(planId)}/apply`, { method: 'POST', body })

export const cancelPlan = (planId: string) => api<PlanAnswer>(`${at(planId)}/cancel`, { method: 'POST' })

export const undoPlan = (planId: string) => api<PlanAnswer>(`${at(planId)}/undo`, { method: 'POST' })
