import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import type { JobAnswer, StatusAnswer } from '../../api/schema'
import { FileBook } from './book'

/** The job's files, kept up with what its status tells. */
export function useBook(job: JobAnswer, how: StatusAnswer): FileBook {
  const book = useMemo(() => new FileBook(job.id), [job.id])
  useSyncExternalStore(book.watch, book.seen)
  const total = Math.max(job.progress_total, how.files_expected ?? 0)
  useEffect(() => book.expect(total), [book, total])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these says that files may have changed
  useEffect(() => book.refresh(), [book, how.files_received, how.current_step, how.progress_percent])

  // A run marks duplicates, a retry looks at rejected files again: then nothing is as it was.
  const before = useRef(how.status)
  useEffect(() => {
    if (before.current !== how.status) book.refresh(true)
    before.current = how.status
  }, [book, how.status])
  return book
}
