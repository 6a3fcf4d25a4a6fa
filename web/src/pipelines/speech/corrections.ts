// Boundaries that were moved, kept by job in the user's own data: there after a reload and on any device.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { api, Problem } from '../../api/client'
import { readKept } from './dictionary'
import { type Corrections, type Moved, parsed, withTier } from './moving'

const pathOf = (job: string) => `/user-data/alignment/${encodeURIComponent(job)}`

/** Looked for in the list first: to ask for what isn't there is an error in a browser's console. */
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

/** Keeps one tier's beside those of the others as they are now; what is changed meanwhile is read again, once. */
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
