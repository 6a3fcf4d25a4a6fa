// Filters, sorts and groups the loaded files.
import type { FileAnswer } from '../../api/schema'
import type { Compare, Grouping, Timeline } from '../../pipelines/contract'

export interface View {
  text: string
  state: string
  /** A value of the pipeline's grouping, or nothing. */
  value: string
  sort: string
  /** By the pipeline's grouping, by month, or not at all. */
  grouped: string
}

/** The pipeline's additions to the common lists. */
export interface Arranging {
  sorts: Readonly<Record<string, Compare>>
  grouping?: Grouping | undefined
  timeline?: Timeline | undefined
  behind?: ((files: readonly (FileAnswer | undefined)[]) => ReadonlySet<number>) | undefined
}

export interface Arranged {
  /** A value of the grouping; `all` where there is none. */
  key: string
  members: number[]
}

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const ALWAYS: Readonly<Record<string, Compare>> = {
  filename: (a, b) => collator.compare(a.original_filename, b.original_filename),
  '-size': (a, b) => b.size_bytes - a.size_bytes,
}

export const MONTH = 'month'

/** `2024-06`; empty where no time is known. */
export const monthOf = ({ dayOf }: Timeline, file: FileAnswer): string => dayOf(file).slice(0, 7)

export const sortsOf = (arranging: Arranging): string[] => [
  'number',
  ...Object.keys(arranging.sorts),
  ...Object.keys(ALWAYS),
]

/** The places of the wanted files, by group. Without filters, they include places that are not loaded yet. */
export function arrange(
  files: readonly (FileAnswer | undefined)[],
  view: View,
  arranging: Arranging,
): Arranged[] {
  const filtered = Boolean(view.text || view.value || view.state)
  const plain = !filtered && view.sort === 'number' && !view.grouped
  const { grouping, timeline } = arranging
  // A filter finds a file even if it is otherwise shown by another one's tile.
  const hidden = filtered ? undefined : arranging.behind?.(files)
  if (plain) return [{ key: 'all', members: Array.from(files, (_, n) => n).filter((n) => !hidden?.has(n)) }]
  const text = view.text.trim().toLocaleLowerCase()
  const found: number[] = []
  for (const [n, file] of files.entries()) {
    if (!file || hidden?.has(n)) continue
    if (text && !file.original_filename.toLocaleLowerCase().includes(text)) continue
    if (view.value && grouping?.of(file) !== view.value) continue
    if (view.state && file.status !== view.state) continue
    found.push(n)
  }
  const along = view.grouped === MONTH ? timeline : undefined
  const order = arranging.sorts[view.sort] ?? ALWAYS[view.sort] ?? along?.order
  if (order) found.sort((a, b) => order(files[a]!, files[b]!) || a - b)
  if (along) return months(found, files, along)
  if (!view.grouped || !grouping) return [{ key: 'all', members: found }]
  const groups = new Map<string, number[]>(grouping.values.map((value) => [value, []]))
  for (const n of found) {
    const value = grouping.of(files[n]!)
    const group = groups.get(value)
    if (group) group.push(n)
    else groups.set(value, [n])
  }
  return [...groups].map(([key, members]) => ({ key, members }))
}

/** The months in their order, descending where the files are, and files without a time after them. */
function months(
  found: readonly number[],
  files: readonly (FileAnswer | undefined)[],
  timeline: Timeline,
): Arranged[] {
  const groups = new Map<string, number[]>()
  for (const n of found) {
    const month = monthOf(timeline, files[n]!)
    const group = groups.get(month)
    if (group) group.push(n)
    else groups.set(month, [n])
  }
  const keys = [...groups.keys()].filter(Boolean)
  const backwards = keys.length > 1 && keys[0]! > keys.at(-1)!
  keys.sort((a, b) => (a < b === backwards ? 1 : -1))
  return [...keys, ...(groups.has('') ? [''] : [])].map((key) => ({ key, members: groups.get(key)! }))
}
