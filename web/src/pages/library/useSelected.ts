// The selection holds the files' ids: places change when files come and go.
import { useCallback, useEffect, useMemo, useState } from 'react'
import type { LibraryFile } from '../../api/schema'
import type { LibraryFiles } from './useLibraryFiles'

type Chosen = ReadonlyMap<string, LibraryFile>

export function useSelected(library: LibraryFiles, question: string) {
  const { files, take } = library
  const [chosen, choose] = useState<Chosen>(new Map())
  // Files that are no longer listed must not stay selected unseen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query clears the selection
  useEffect(() => choose(new Map()), [question])
  const places = useMemo(
    () => new Set(files.flatMap((file, n) => (file && chosen.has(file.id) ? [n] : []))),
    [files, chosen],
  )
  const onSelect = useCallback(
    (wanted: ReadonlySet<number>) => {
      if (wanted.size === 0) {
        choose(new Map())
        return
      }
      const off = [...places].filter((n) => !wanted.has(n)).flatMap((n) => files[n]?.id ?? [])
      const on = [...wanted].filter((n) => !places.has(n))
      const there = on.flatMap((n) => files[n] ?? [])
      choose((before) => turned(before, off, there))
      const missing = on.filter((n) => !files[n])
      if (missing.length)
        void take(missing).then(
          (found) => choose((before) => turned(before, [], found)),
          () => undefined,
        )
    },
    [files, places, take],
  )
  const forget = useCallback((gone: readonly string[]) => choose((before) => turned(before, gone, [])), [])
  const clear = useCallback(() => choose(new Map()), [])
  return {
    places,
    files: useMemo(() => [...chosen.values()], [chosen]),
    onSelect,
    clear,
    forget,
  }
}

function turned(before: Chosen, off: readonly string[], on: readonly LibraryFile[]): Chosen {
  const next = new Map(before)
  for (const id of off) next.delete(id)
  for (const file of on) next.set(file.id, file)
  return next
}
