// Whether chosen files are still being read, and how many have been.
import type { Chosen } from './checks'
import { fromInput, fromTransfer } from './choose'

let count: number | null = null
let busy = 0
const watchers = new Set<() => void>()

function tell(now: number | null): void {
  count = now
  for (const watcher of watchers) watcher()
}

async function told(read: (count: (n: number) => void) => Promise<Chosen[]>): Promise<Chosen[]> {
  busy++
  try {
    return await read(tell)
  } finally {
    if (--busy === 0) tell(null)
  }
}

/** The files of a drop or a paste, taken from the browser; null where there are none. */
export function carried(event: DragEvent | ClipboardEvent): DataTransfer | null {
  const transfer = event instanceof ClipboardEvent ? event.clipboardData : event.dataTransfer
  const brings = event instanceof ClipboardEvent ? transfer?.files.length : transfer?.types.includes('Files')
  return brings ? transfer : null
}

export const reading = {
  input: (files: FileList | readonly File[] | null) => told((tell) => fromInput(files, tell)),
  transfer: (transfer: DataTransfer) => told((tell) => fromTransfer(transfer, tell)),
  get: () => count,
  watch(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
}

// Files may be dropped at the first paint, before the page that takes them is loaded. They are kept for it.
const early: Promise<Chosen[]>[] = []
const EARLY = ['dragover', 'drop', 'paste'] as const

function keep(event: DragEvent | ClipboardEvent): void {
  const transfer = carried(event)
  if (!transfer) return
  event.preventDefault()
  if (event.type !== 'dragover') early.push(reading.transfer(transfer))
}

if (location.pathname === '/') for (const type of EARLY) addEventListener(type, keep)

/** The files dropped before the page was ready, once; the caller listens from then on. */
export function takeEarly(): Promise<Chosen[]>[] {
  for (const type of EARLY) removeEventListener(type, keep)
  return early.splice(0)
}
