// The shared state of an upload: its job and files, and the one way to report a change.
import type { Problem } from '../api/client'
import type { Destination } from './destination'
import type { Item } from './item'
import type { JobRecord } from './record'

export type Phase = 'idle' | 'working' | 'paused' | 'incomplete' | 'stopped' | 'done'

export interface UploadState {
  readonly destination: Destination
  readonly items: readonly Item[]
  readonly job: JobRecord | null
  readonly phase: Phase
  /** Another number for each upload, so that late answers for the previous one are ignored. */
  readonly run: number
  readonly totalBytes: number
  watch(tell: () => void): () => void
  /** Reports a change, to be redrawn and recorded. */
  tell(): void
  /** A file or a batch is finished: it may have been the last. */
  settle(): void
  /** No more files can be announced. */
  stop(problem: Problem): void
}

export const ignore = () => undefined
