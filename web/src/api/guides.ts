import { useQuery } from '@tanstack/react-query'
import { api } from './client'
import { located } from './queries'
import type { GuidesAnswer } from './schema'

export function useGuides() {
  return useQuery({
    queryKey: ['guides'],
    queryFn: ({ signal }) => api<GuidesAnswer>('/guides', { signal }),
    staleTime: 60_000,
    select: (answer) => answer.items,
  })
}

/** Shows a guide in a window of its own, which opens at once: a browser forbids it some time after the press. */
export async function openGuide(filename: string): Promise<void> {
  const tab = window.open('about:blank', '_blank')
  if (tab) tab.opener = null
  try {
    const { url } = await located(`/guides/${encodeURIComponent(filename)}`)
    if (tab) tab.location.replace(url)
    else window.location.assign(url)
  } catch (error) {
    tab?.close()
    throw error
  }
}
