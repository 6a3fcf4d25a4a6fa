// Files that form one item: a Live Photo, RAW and JPEG, a photo with its edit or sidecar.
import type { FileAnswer } from '../../api/schema'

export const ROLES = ['primary', 'motion', 'raw', 'edited', 'sidecar'] as const
export type Role = (typeof ROLES)[number]

export const roleOf = (file: FileAnswer): Role | undefined => ROLES.find((role) => role === file.group_role)

/** The places of files that another file's tile shows; if that file was deleted they have tiles of their own. */
export function behind(files: readonly (FileAnswer | undefined)[]): ReadonlySet<number> {
  const shown = new Set(files.map((file) => (file && roleOf(file) === 'primary' ? file.group : null)))
  const found = new Set<number>()
  files.forEach((file, place) => {
    const role = file && roleOf(file)
    if (role && role !== 'primary' && shown.has(file.group)) found.add(place)
  })
  return found
}

/** The files whose presence its tile mentions. */
const TOLD = ['motion', 'raw', 'edited'] as const

export const toldBehind = (file: FileAnswer): (typeof TOLD)[number][] =>
  Array.isArray(file.group_roles) ? TOLD.filter((role) => (file.group_roles as string[]).includes(role)) : []

export const groupOf = (file: FileAnswer, files: readonly (FileAnswer | undefined)[] = []): FileAnswer[] =>
  file.group === undefined || file.group === null
    ? []
    : files.filter((one): one is FileAnswer => one !== undefined && one.group === file.group)
