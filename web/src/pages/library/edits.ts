// Changes to a file that was read a while ago: made only if the same fields are unchanged since.
import { Problem, type Tagged } from '../../api/client'
import type { FileChanges, LibraryFile } from '../../api/schema'

export interface Access {
  read: () => Promise<Tagged<LibraryFile>>
  write: (changes: FileChanges, etag: string) => Promise<Tagged<LibraryFile>>
}

/** The same fields were changed elsewhere; `now` is the file after that. */
export class ChangedMeanwhile extends Error {
  constructor(readonly now: Tagged<LibraryFile>) {
    super('The file was changed meanwhile.')
  }
}

const TRIES = 4

/** Makes the changes to the file as it was seen. Its version also moves on where these fields haven't changed (another
 * field, a newly signed address): then the change is tried again on the new version. ChangedMeanwhile where one of the
 * same fields has changed. */
export function change(
  seen: Tagged<LibraryFile>,
  changes: FileChanges,
  access: Access,
): Promise<Tagged<LibraryFile>> {
  return insist(seen, access, (now) => {
    const fields = Object.keys(changes) as (keyof FileChanges)[]
    if (fields.some((field) => !same(now.value[field], seen.value[field]))) throw new ChangedMeanwhile(now)
    return changes
  })
}

/** Adds or removes a tag, whatever else has changed in the file. */
export function retag(
  seen: Tagged<LibraryFile>,
  turn: (tags: readonly string[]) => string[],
  access: Access,
): Promise<Tagged<LibraryFile>> {
  return insist(seen, access, (now) => ({ tags: turn(now.value.tags) }))
}

async function insist(
  seen: Tagged<LibraryFile>,
  { read, write }: Access,
  changesTo: (now: Tagged<LibraryFile>) => FileChanges,
): Promise<Tagged<LibraryFile>> {
  let now = seen
  for (let attempt = 1; ; attempt++) {
    try {
      return await write(changesTo(now), now.etag)
    } catch (error) {
      const stale = error instanceof Problem && error.status === 412
      if (!stale || attempt === TRIES) throw error
      now = await read()
    }
  }
}

const same = (one: unknown, other: unknown) => JSON.stringify(one) === JSON.stringify(other)

export const LONGEST_TAG = 40
export const MOST_TAGS = 20

/** Adds typed tags, separated by commas; each once, regardless of case. */
export function withTags(tags: readonly string[], typed: string): string[] {
  const all = [...tags]
  for (const tag of typed.split(',').map((one) => one.trim().replace(/^#/, '').slice(0, LONGEST_TAG))) {
    if (tag && !all.some((one) => one.toLowerCase() === tag.toLowerCase())) all.push(tag)
  }
  return all.slice(0, Math.max(MOST_TAGS, tags.length))
}
