// The settings and the audit log, for admins.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import type { AuditPage, SettingAnswer, SettingsAnswer, SlipsAnswer } from './schema'

export type SettingValue = string | number | string[] | null

export interface Setting extends Omit<SettingAnswer, 'value'> {
  value: SettingValue
}

export function useSettings(allowed: boolean) {
  return useQuery({
    queryKey: ['settings'],
    queryFn: ({ signal }) => api<SettingsAnswer>('/settings', { signal }),
    enabled: allowed,
    select: (answer) => answer.items as unknown as Setting[],
  })
}

/** The slips in the drop folder. */
export function useSlips() {
  return useQuery({
    queryKey: ['slips'],
    queryFn: ({ signal }) => api<SlipsAnswer>('/drop-folder/slips', { signal }),
    select: (answer) => answer.items,
  })
}

/** null restores the deployment's value of a setting. */
export function useChangeSetting() {
  const client = useQueryClient()
  return useMutation({
    mutationFn: ({ name, value }: { name: string; value: SettingValue }) =>
      api<SettingsAnswer>('/settings', { method: 'PUT', body: { [name]: value } }),
    onSuccess: (answer) => {
      client.setQueryData(['settings'], answer)
      return client.invalidateQueries({ queryKey: ['audit'] })
    },
  })
}

const PER_PAGE = 50

export function useAudit(allowed: boolean) {
  return useInfiniteQuery({
    queryKey: ['audit'],
    queryFn: ({ pageParam, signal }) =>
      api<AuditPage>(`/audit?limit=${PER_PAGE}${pageParam ? `&cursor=${pageParam}` : ''}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    enabled: allowed,
  })
}
