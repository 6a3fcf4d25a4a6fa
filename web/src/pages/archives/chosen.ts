// The selected files that can go into a zip, and their size.
import type { FileAnswer } from '../../api/schema'

const READABLE: readonly string[] = ['inspected', 'duplicate']

export interface Chosen {
  ids: string[]
  bytes: number
  /** The files that have not arrived or could not be read. */
  left: number
}

export function chosenOf(files: readonly Pick<FileAnswer, 'id' | 'status' | 'size_bytes'>[]): Chosen {
  const found = files.filter((file) => READABLE.includes(file.status))
  return {
    ids: found.map((file) => file.id),
    bytes: found.reduce((sum, file) => sum + file.size_bytes, 0),
    left: files.length - found.length,
  }
}
