import { useEffect, useMemo, useRef, useSyncExternalStore } from 'react'
import { FINAL } from '../../api/queries'
import type { JobAnswer, StatusAnswer } from '../../api/schema'
import { FileBook } from './book'

/** The job's files, kept up to date by its status. */
export function useBook(job: JobAnswer, how: StatusAnswer): FileBook {
  const book = useMemo(() => new FileBook(job.id), [job.id])
  useSyncExternalStore(book.watch, book.seen)
  const total = Math.max(job.progress_total, how.files_expected ?? 0)
  const over = FINAL.has(how.status)
  useEffect(() => book.expect(total, over), [book, total, over])

  // biome-ignore lint/correctness/useExhaustiveDependencies: each of these says that files may have changed
  useEffect(() => book.refresh(), [book, how.files_inspected, how.current_step, how.progress_percent])

  // A run marks duplicates, a retry inspects rejected files again: then any file may have changed.
  const now = `${how.status} ${how.processing_time_seconds ?? ''}`
  const before = useRef(now)
  useEffect(() => {
    if (before.current !== now) book.refresh(true)
    before.current = now
  }, [book, now])

  // The owner has corrected findings.
  const revision = useRef(job.revision)
  useEffect(() => {
    if (revision.current !== job.revision) book.refresh(true)
    revision.current = job.revision
  }, [book, job.revision])
  return book
}
