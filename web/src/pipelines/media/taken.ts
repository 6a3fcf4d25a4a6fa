// The wall clock where a photo was taken.
import type { FileAnswer } from '../../api/schema'

/** The local clock time, written as if it were UTC: it is shown unchanged, in no other zone. */
export function takenOf(file: FileAnswer): string | undefined {
  if (typeof file.taken_local === 'string') return `${file.taken_local}Z`
  return file.detected_timestamp ?? undefined
}
