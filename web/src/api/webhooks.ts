// Webhooks and their deliveries.
import { useInfiniteQuery, useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, Problem } from './client'
import type { DeliveriesPage, DeliveryAnswer, WebhookRequest, WebhooksAnswer } from './schema'

export type EventType = WebhookRequest['events'][number]
export const EVENTS: readonly EventType[] = ['job.completed', 'job.failed', 'job.cancelled', 'file.rejected']

export function useWebhooks() {
  return useQuery({
    queryKey: ['webhooks'],
    queryFn: ({ signal }) => api<WebhooksAnswer>('/webhooks', { signal }),
    select: (answer) => answer.items,
  })
}

/** Succeeds where the webhook is gone already. */
export async function deleteWebhook(id: string): Promise<void> {
  try {
    await api(`/webhooks/${id}`, { method: 'DELETE' })
  } catch (error) {
    if (!(error instanceof Problem) || error.status !== 404) throw error
  }
}

const PER_PAGE = 20
const PACE = 5000

export function useDeliveries(webhookId: string) {
  return useInfiniteQuery({
    queryKey: ['deliveries', webhookId],
    queryFn: ({ pageParam, signal }) =>
      api<DeliveriesPage>(
        `/webhooks/${webhookId}/deliveries?limit=${PER_PAGE}${pageParam ? `&cursor=${pageParam}` : ''}`,
        { signal },
      ),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
    refetchInterval: ({ state }) =>
      state.data?.pages.some((page) => page.items.some((one) => one.status === 'pending')) ? PACE : false,
  })
}

export function useRedeliver(webhookId: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: (id: string) =>
      api<DeliveryAnswer>(`/webhooks/${webhookId}/deliveries/${id}/redeliver`, { method: 'POST' }),
    onSettled: () => client.invalidateQueries({ queryKey: ['deliveries', webhookId] }),
  })
}
