// The library as one long list of which only the pages in sight are fetched.
import { keepPreviousData, useQueries, useQueryClient } from '@tanstack/react-query'
import { useCallback, useMemo, useState } from 'react'
import { type LibraryWanted, libraryPage, libraryQuery, PER_PAGE } from '../../api/library'
import type { LibraryFile, LibraryPage } from '../../api/schema'

export interface LibraryFiles {
  /** By place; undefined where not fetched. */
  files: readonly (LibraryFile | undefined)[]
  pending: boolean
  /** The files shown are still those of the previous query. */
  stale: boolean
  error: unknown
  look: (places: readonly number[]) => void
  /** The files at these places, fetched if missing. */
  take: (places: readonly number[]) => Promise<LibraryFile[]>
  again: () => void
}

const AT_ONCE = 4
const pageOf = (place: number) => Math.floor(place / PER_PAGE) + 1

export function useLibraryFiles(wanted: LibraryWanted): LibraryFiles {
  const client = useQueryClient()
  const query = libraryQuery(wanted)
  const [sight, setSight] = useState<readonly number[]>([1])
  const answers = useQueries({
    queries: sight.map((page) => ({
      ...libraryPage(query, page),
      ...(page === 1 ? { placeholderData: keepPreviousData } : {}),
    })),
  })
  const first = answers[sight.indexOf(1)] ?? answers[0]
  const stale = Boolean(first?.isPlaceholderData)
  const seen = answers.map((answer) => `${answer.dataUpdatedAt}${answer.isPlaceholderData}`).join()
  // biome-ignore lint/correctness/useExhaustiveDependencies: `seen` changes whenever one of the answers does
  const files = useMemo(() => {
    if (stale && first?.data) return [...first.data.items]
    const found = client.getQueriesData<LibraryPage>({ queryKey: ['library', query] })
    const pages = found.flatMap(([, page]) => (page ? [page] : []))
    const all: (LibraryFile | undefined)[] = Array.from({
      length: first?.data?.total ?? pages[0]?.total ?? 0,
    })
    for (const { page, items } of pages)
      for (const [n, file] of items.entries()) {
        const place = (page - 1) * PER_PAGE + n
        if (place < all.length) all[place] = file
      }
    return all
  }, [client, query, seen])

  const look = useCallback((places: readonly number[]) => {
    const pages = [...new Set([1, ...places.map(pageOf)])].sort((a, b) => a - b)
    setSight((before) => (before.join() === pages.join() ? before : pages))
  }, [])
  const take = useCallback(
    async (places: readonly number[]) => {
      const pages = new Map<number, LibraryPage>()
      const wanted = [...new Set(places.map(pageOf))]
      for (let n = 0; n < wanted.length; n += AT_ONCE)
        await Promise.all(
          wanted.slice(n, n + AT_ONCE).map(async (page) => {
            pages.set(page, await client.fetchQuery(libraryPage(query, page)))
          }),
        )
      return places.flatMap((place) => pages.get(pageOf(place))?.items[place % PER_PAGE] ?? [])
    },
    [client, query],
  )
  const failed = answers.find((answer) => answer.error && !answer.data)
  return {
    files,
    pending: Boolean(first?.isPending),
    stale,
    error: failed?.error ?? null,
    look,
    take,
    again: () => void client.refetchQueries({ queryKey: ['library', query], type: 'active' }),
  }
}
