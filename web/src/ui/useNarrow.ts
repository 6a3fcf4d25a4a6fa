import { useCallback, useSyncExternalStore } from 'react'

/** Whether the window is at most this many pixels wide. */
export function useNarrow(pixels: number): boolean {
  const query = `(max-width: ${pixels}px)`
  const watch = useCallback(
    (tell: () => void) => {
      const found = matchMedia(query)
      found.addEventListener('change', tell)
      return () => found.removeEventListener('change', tell)
    },
    [query],
  )
  return useSyncExternalStore(watch, () => matchMedia(query).matches)
}
