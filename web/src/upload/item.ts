// One file of an upload: its record, its progress, and the form in which it is announced.
import type { NewFile, UploadTarget } from '../api/schema'
import type { FileRecord } from './record'

/** `known`: the API has these bytes already. `missing`: this browser no longer has its bytes. `left`: left out by the
 * user. */
export type ItemState =
  | 'waiting'
  | 'checking'
  | 'ready'
  | 'sending'
  | 'sent'
  | 'known'
  | 'failed'
  | 'missing'
  | 'left'

export interface Item extends FileRecord {
  state: ItemState
  file: File | null
  bytes: number
  attempts: number
  target: UploadTarget | null
  error: string | null
  /** The status of the store's last answer, if that was an error; 0 for no answer. */
  status: number | null
  /** A file with the same bytes that is sent first: the API then no longer needs this one. */
  twin: Item | null
}

/** Neither arrived nor under way. */
export const isStuck = (one: Item): boolean => one.state === 'failed' || one.state === 'missing'

export const isTriedAgain = (one: Item): boolean =>
  one.attempts > 0 && (one.state === 'ready' || one.state === 'sending')

export const isThere = (one: Item): boolean => one.state === 'sent' || one.state === 'known'

/** Still to be announced to the API. */
export const unannounced = (one: Item): boolean => !one.fileId && one.state !== 'left'

/** file: null where its bytes were not kept. */
export function itemOf(record: FileRecord, file: File | null): Item {
  return {
    ...record,
    state: stateOf(record, file),
    file,
    bytes: record.sent ? record.size : 0,
    attempts: 0,
    target: null,
    error: null,
    status: null,
    twin: null,
  }
}

function stateOf(record: FileRecord, file: File | null): ItemState {
  if (record.left) return 'left'
  if (record.sent) return record.known ? 'known' : 'sent'
  if (!file) return 'missing'
  return record.fileId ? 'ready' : 'waiting'
}

export function recordOf(one: Item): FileRecord {
  const { jobId, index, path, size, modified, type, role, sha256, fileId, multipart, sent, known, left } = one
  return {
    ...{ jobId, index, path, size, modified, type, sent },
    ...(role ? { role } : {}),
    ...(sha256 ? { sha256 } : {}),
    ...(fileId ? { fileId } : {}),
    ...(multipart ? { multipart } : {}),
    ...(known ? { known } : {}),
    ...(left ? { left } : {}),
  }
}

export function announced(one: Item): NewFile {
  return {
    filename: one.path,
    size: one.size,
    modified_at: new Date(one.modified).toISOString(),
    ...(one.sha256 ? { sha256: one.sha256 } : {}),
    ...(/^[\w.+-]+\/[\w.+-]+$/.test(one.type) ? { content_type: one.type } : {}),
    ...(one.role ? { role: one.role } : {}),
  }
}
