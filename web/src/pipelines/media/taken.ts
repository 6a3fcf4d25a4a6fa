// The wall clock where a photo was taken.
import type { FileAnswer } from '../../api/schema'

/** As the clock there showed it, written as if it were UTC: it is shown as it stands, in no other zone. */
export function takenOf(file: FileAnswer): string | undefined {
  if (typeof file.taken_local === 'string') return `${file.taken_local}Z`
  return file.detected_timestamp ?? undefined
}
