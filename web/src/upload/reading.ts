// Whether files that were chosen are still being read, and how many have been.
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

export const reading = {
  input: (files: FileList | readonly File[] | null) => told((tell) => fromInput(files, tell)),
  transfer: (transfer: DataTransfer) => told((tell) => fromTransfer(transfer, tell)),
  get: () => count,
  watch(watcher: () => void): () => void {
    watchers.add(watcher)
    return () => watchers.delete(watcher)
  },
}
