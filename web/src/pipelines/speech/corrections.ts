// Moved boundaries, kept by job in the user's own data, so that they survive a reload and appear on any device.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, Problem } from '../../api/client'
import { readKept } from './dictionary'
import { type Corrections, type Moved, parsed, withTier } from './moving'

const pathOf = (job: string) => `/user-data/alignment/${encodeURIComponent(job)}`

/** The list is read first: a request for missing data would be an error in the browser's console. */
async function keptOf(job: string) {
  const { items } = await api<{ items: { name: string }[] }>('/user-data?kind=alignment')
  return items.some(({ name }) => name === job) ? readKept(pathOf(job)) : null
}

export function useCorrections(job: string) {
  return useQuery({
    queryKey: ['corrections', job],
    queryFn: async () => parsed((await keptOf(job))?.value.text ?? null),
    staleTime: Number.POSITIVE_INFINITY,
  })
}

/** Keeps one tier's boundaries beside the current ones of the others; after a concurrent change it reads them again,
 * once. */
export function useKeepTier(job: string) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: async ({
      recording,
      speaker,
      moved,
    }: {
      recording: string
      speaker: string
      moved: Moved
    }) => {
      for (let again = 0; ; again++) {
        const now = await keptOf(job)
        const kept: Corrections = withTier(parsed(now?.value.text ?? null), recording, speaker, moved)
        try {
          await api(pathOf(job), {
            method: 'PUT',
            body: { text: JSON.stringify(kept) },
            ...(now?.etag ? { match: now.etag } : {}),
          })
          client.setQueryData(['corrections', job], kept)
          return
        } catch (error) {
          if (again || !(error instanceof Problem) || error.status !== 412) throw error
        }
      }
    },
  })
}
