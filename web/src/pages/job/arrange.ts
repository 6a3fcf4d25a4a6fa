// Filtering, sorting and grouping what is loaded.
import type { FileAnswer } from '../../api/schema'

export const CONFIDENCES = ['high', 'medium', 'low', 'none'] as const
export type Confidence = (typeof CONFIDENCES)[number]

export const SORTS = ['number', 'timestamp', '-timestamp', 'filename', '-size', 'confidence'] as const
export type Sort = (typeof SORTS)[number]

export interface View {
  text: string
  confidence: Confidence | ''
  state: string
  sort: Sort
  grouped: boolean
}

export interface Arranged {
  key: Confidence | 'all'
  members: number[]
}

export const confidenceOf = (file: FileAnswer): Confidence =>
  CONFIDENCES.find((one) => one === file.confidence) ?? 'none'

const collator = new Intl.Collator(undefined, { numeric: true, sensitivity: 'base' })

const ORDERS: Record<Exclude<Sort, 'number'>, (a: FileAnswer, b: FileAnswer) => number> = {
  timestamp: (a, b) => compare(a.detected_timestamp ?? '~', b.detected_timestamp ?? '~'),
  // What has no time stays at the end, whichever way round.
  '-timestamp': (a, b) => compare(b.detected_timestamp ?? '', a.detected_timestamp ?? ''),
  filename: (a, b) => collator.compare(a.original_filename, b.original_filename),
  '-size': (a, b) => b.size_bytes - a.size_bytes,
  confidence: (a, b) => CONFIDENCES.indexOf(confidenceOf(a)) - CONFIDENCES.indexOf(confidenceOf(b)),
}

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)

/** The places of the files that are wanted, by group. Without any wish, places that are not loaded yet are there too. */
export function arrange(files: readonly (FileAnswer | undefined)[], view: View): Arranged[] {
  const plain = !view.text && !view.confidence && !view.state && view.sort === 'number' && !view.grouped
  if (plain) return [{ key: 'all', members: Array.from(files, (_, n) => n) }]
  const text = view.text.trim().toLocaleLowerCase()
  const found: number[] = []
  for (const [n, file] of files.entries()) {
    if (!file) continue
    if (text && !file.original_filename.toLocaleLowerCase().includes(text)) continue
    if (view.confidence && confidenceOf(file) !== view.confidence) continue
    if (view.state && file.status !== view.state) continue
    found.push(n)
  }
  if (view.sort !== 'number') {
    const order = ORDERS[view.sort]
    found.sort((a, b) => order(files[a]!, files[b]!) || a - b)
  }
  if (!view.grouped) return [{ key: 'all', members: found }]
  return CONFIDENCES.map((key) => ({ key, members: found.filter((n) => confidenceOf(files[n]!) === key) }))
}
