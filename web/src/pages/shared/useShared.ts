// The files of a share, each page fetched as it comes into sight.
import { useCallback, useEffect, useRef, useState } from 'react'
import type { SharedFile } from '../../api/schema'
import { PER_PAGE, sharedPage, type Visit } from '../../api/shares'

export function useSharedFiles(visit: Visit, count: number) {
  const [files, setFiles] = useState<(SharedFile | undefined)[]>([])
  const [error, setError] = useState<unknown>(null)
  const asked = useRef(new Set<number>())
  const stop = useRef(new AbortController())

  useEffect(() => {
    stop.current = new AbortController()
    asked.current = new Set()
    setFiles(new Array(count).fill(undefined))
    return () => stop.current.abort()
  }, [count])

  const look = useCallback(
    (items: readonly number[]) => {
      for (const page of new Set(items.map((n) => Math.floor(n / PER_PAGE) + 1))) {
        if (asked.current.has(page)) continue
        asked.current.add(page)
        sharedPage(visit, page, stop.current.signal).then(
          ({ items: found }) => {
            setError(null)
            setFiles((before) => {
              const next = before.slice()
              found.forEach((file, n) => {
                next[(page - 1) * PER_PAGE + n] = file
              })
              return next
            })
          },
          (caught: unknown) => {
            asked.current.delete(page)
            if (!stop.current.signal.aborted) setError(caught)
          },
        )
      }
    },
    [visit],
  )
  return { files, error, look }
}
