// Where an upload goes: into a job of the user's own, or by a share into somebody else's.
import type { UploadTarget } from '../api/schema'
import type { Item } from './item'
import type { JobRecord } from './record'
import type { OutgoingFile } from './transport'

export interface Destination {
  /** The most files of one announcement. */
  readonly most: number
  /** Whether it tells which bytes it has already: files are hashed for it. */
  readonly compares: boolean
  /** Whether this browser's record is of an upload to here. */
  owns(job: JobRecord): boolean
  /** The record as it can be resumed; null if its upload is over. Raises Problem. */
  current(job: JobRecord): Promise<JobRecord | null>
  /** Announces files; without `more` they are the last. Returns the id of the record, and how to send each file.
   * Raises Problem. */
  announce(
    job: JobRecord,
    files: readonly Item[],
    more: boolean,
  ): Promise<{ id: string; uploads: readonly UploadTarget[] }>
  /** Other address and credentials for signing. */
  place(job: JobRecord): OutgoingFile['place']
  /** Whether an announced file has arrived. Raises Problem. */
  arrived(one: Item): Promise<boolean>
  /** An announced file will not come. Raises Problem. */
  leaveOut(one: Item): Promise<void>
  /** The upload will not be resumed. Raises Problem. */
  cancel(job: JobRecord): Promise<void>
}
