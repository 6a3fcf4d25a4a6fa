// What those who work on an upload share: its job and files, and the one way to say that something has moved.
import type { Problem } from '../api/client'
import type { Item } from './item'
import type { JobRecord } from './record'

export type Phase = 'idle' | 'working' | 'paused' | 'incomplete' | 'stopped' | 'done'

export interface UploadState {
  readonly items: readonly Item[]
  readonly job: JobRecord | null
  readonly phase: Phase
  /** Another number for another upload: what still comes back from the one before is of no interest. */
  readonly run: number
  readonly totalBytes: number
  watch(tell: () => void): () => void
  /** Something is to be drawn anew, and to be remembered. */
  tell(): void
  /** A file, or a batch, has come to its end: that may have been the last. */
  settle(): void
  /** Nothing more can be announced. */
  stop(problem: Problem): void
}

export const ignore = () => undefined
