// Files and whole folders from a drop, a paste or a file dialog, in slices: a browser asks the disk for each file's
// size and time, one after the other and on the thread that draws.
import { type Chosen, litter } from './checks'

/** Called with the number of files read. */
export type Count = (read: number) => void

/** Milliseconds of work before the page may draw and be used again. */
const SLICE = 40
const AT_ONCE = 32

const clock = () => performance.now()
const breath = () => new Promise<void>((resolve) => setTimeout(resolve))

export async function fromInput(list: FileList | readonly File[] | null, count: Count): Promise<Chosen[]> {
  const found: Chosen[] = []
  // The list belongs to the input, and is emptied with it: its files are taken before anything is awaited.
  const files = Array.from(list ?? [])
  let until = clock() + SLICE
  for (const [n, file] of files.entries()) {
    const path = file.webkitRelativePath || file.name
    if (!litter(path)) found.push(chosen(path, file))
    if (clock() < until) continue
    count(n + 1)
    await breath()
    until = clock() + SLICE
  }
  return found
}

/** Must be called within the event: afterwards the browser has emptied it. */
export function fromTransfer(transfer: DataTransfer, count: Count): Promise<Chosen[]> {
  const entries = Array.from(transfer.items, (item) =>
    item.kind === 'file' ? item.webkitGetAsEntry() : null,
  )
  const files = Array.from(transfer.files)
  if (!entries.some(Boolean)) return fromInput(files, count)
  return walk(
    entries.filter((entry) => entry !== null),
    count,
  )
}

/** Size and time are read here, once: each access may read the disk again. */
const chosen = (path: string, file: File): Chosen => ({
  path,
  file,
  size: file.size,
  modified: file.lastModified,
})

async function walk(roots: FileSystemEntry[], count: Count): Promise<Chosen[]> {
  const found: Chosen[] = []
  let until = clock() + SLICE
  const read = async (files: FileSystemFileEntry[]) => {
    for (let start = 0; start < files.length; start += AT_ONCE) {
      const some = files.slice(start, start + AT_ONCE)
      const opened = await Promise.all(some.map(fileOf))
      for (const [n, file] of opened.entries()) found.push(chosen(pathOf(some[n]!), file))
      if (clock() < until) continue
      count(found.length)
      await breath()
      until = clock() + SLICE
    }
  }
  const left = [...roots]
  while (left.length) {
    // Neighbouring files are opened together; a folder is read at its place.
    const files: FileSystemFileEntry[] = []
    let entry = left.shift()
    for (; entry?.isFile; entry = left.shift())
      if (!litter(pathOf(entry))) files.push(entry as FileSystemFileEntry)
    await read(files)
    if (entry && !litter(pathOf(entry))) left.unshift(...(await children(entry as FileSystemDirectoryEntry)))
    count(found.length)
  }
  return found
}

const pathOf = (entry: FileSystemEntry) => entry.fullPath.replace(/^\//, '')

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject))

/** In natural order: IMG_2 before IMG_10. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    // A reader returns a hundred entries at a time, and none after the last.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (!some.length) break
    all.push(...some)
  }
  const order = new Intl.Collator(undefined, { numeric: true })
  return all.sort((a, b) => order.compare(a.name, b.name))
}
