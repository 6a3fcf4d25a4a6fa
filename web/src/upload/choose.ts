// Files and whole folders out of a drop, a paste or a file dialog.
import { type Chosen, litter } from './checks'

export const fromInput = (list: FileList | null): Chosen[] =>
  Array.from(list ?? [], (file) => ({ path: file.webkitRelativePath || file.name, file })).filter(
    ({ path }) => !litter(path),
  )

/** Must be called within the event: afterwards the browser has emptied it. */
export function fromTransfer(transfer: DataTransfer): Promise<Chosen[]> {
  const entries = Array.from(transfer.items, (item) =>
    item.kind === 'file' ? item.webkitGetAsEntry() : null,
  )
  const files = Array.from(transfer.files)
  if (!entries.some(Boolean)) return Promise.resolve(files.map((file) => ({ path: file.name, file })))
  return walk(entries.filter((entry) => entry !== null))
}

async function walk(roots: FileSystemEntry[]): Promise<Chosen[]> {
  const found: Chosen[] = []
  const left = [...roots]
  for (let entry = left.shift(); entry; entry = left.shift()) {
    const path = entry.fullPath.replace(/^\//, '')
    if (litter(path)) continue
    if (entry.isFile) found.push({ path, file: await fileOf(entry as FileSystemFileEntry) })
    else left.unshift(...(await children(entry as FileSystemDirectoryEntry)))
  }
  return found
}

const fileOf = (entry: FileSystemFileEntry) =>
  new Promise<File>((resolve, reject) => entry.file(resolve, reject))

/** In the order in which people count: IMG_2 before IMG_10. */
async function children(folder: FileSystemDirectoryEntry): Promise<FileSystemEntry[]> {
  const reader = folder.createReader()
  const all: FileSystemEntry[] = []
  for (;;) {
    // A reader hands out a hundred at a time, and nothing once it has handed out all.
    const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
      reader.readEntries(resolve, reject),
    )
    if (!some.length) break
    all.push(...some)
  }
  const order = new Intl.Collator(undefined, { numeric: true })
  return all.sort((a, b) => order.compare(a.name, b.name))
}
