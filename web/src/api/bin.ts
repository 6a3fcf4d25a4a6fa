// Single files in the bin: put there with one press, and back with another.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { api } from './client'
import type { BinMoved } from './schema'

/** The most files that the API takes in a call. */
const AT_ONCE = 500
const CHANGED = ['bin', 'library', 'job', 'status', 'jobs', 'duplicates', 'tree']

export interface Move {
  ids: readonly string[]
  /** Restores files from the bin. */
  back: boolean
}

async function moveFiles({ ids, back }: Move): Promise<BinMoved> {
  const moved: BinMoved = { done: [], missed: [] }
  for (let n = 0; n < ids.length; n += AT_ONCE) {
    const body = { file_ids: ids.slice(n, n + AT_ONCE) }
    const { done, missed } = await api<BinMoved>(back ? '/bin/files/restore' : '/bin/files', {
      method: 'POST',
      body,
    })
    moved.done.push(...done)
    moved.missed.push(...missed)
  }
  return moved
}

/** onThrown: called with the files that have gone, before any list is fetched again. */
export function useFileBin(onThrown?: (ids: readonly string[]) => void) {
  const client = useQueryClient()
  return useMutation({
    mutationFn: moveFiles,
    onSuccess: ({ done }, { back }) => {
      if (!back) onThrown?.(done)
    },
    onSettled: () => Promise.all(CHANGED.map((name) => client.invalidateQueries({ queryKey: [name] }))),
  })
}

export type FileBin = ReturnType<typeof useFileBin>
