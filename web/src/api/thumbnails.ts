// Thumbnails lie in packs, those of several files one after the other in one object: a pack is fetched once, and each
// picture is cut out of it.
import { connection } from './client'
import type { ThumbnailAnswer } from './schema'

/** A pack has about 100 kB. */
const MOST = 400

interface Pack {
  /** The latest known address: it is signed anew now and then. */
  url: string
  content: Blob | null
  /** Set by a failed request, until one succeeds. */
  failed: boolean
  request: AbortController | null
  coming: Promise<void> | null
  /** Addresses of the cut-out pictures. */
  pictures: Map<string, string>
  watchers: Set<() => void>
}

type Fetch = (url: string, signal: AbortSignal) => Promise<Blob>

const fromStore: Fetch = async (url, signal) => {
  // Without headers of its own, the request to the store needs no preflight.
  const response = await fetch(url, { signal, credentials: 'omit' })
  if (!response.ok) throw new Error(`The store answered ${response.status}.`)
  return response.blob()
}

/** The same object, however its address is signed. */
const pathOf = (url: string): string => url.split('?', 1)[0]!

export class Thumbnails {
  /** The packs that were left longest ago come first. */
  private readonly packs = new Map<string, Pack>()

  constructor(
    private readonly fetchPack: Fetch = fromStore,
    private readonly most = MOST,
  ) {}

  get held(): number {
    return this.packs.size
  }

  /** The address of a picture: undefined while it is loading, null where it is unavailable. */
  pictureOf({ url, start, end }: ThumbnailAnswer): string | null | undefined {
    const pack = this.packs.get(pathOf(url))
    if (!pack?.content) return pack?.failed ? null : undefined
    const place = `${start}-${end ?? ''}`
    let picture = pack.pictures.get(place)
    if (!picture) {
      picture = URL.createObjectURL(pack.content.slice(start, end ?? undefined, 'image/jpeg'))
      pack.pictures.set(place, picture)
    }
    return picture
  }

  /** Has the pack fetched, reports changes, and keeps it as long as it has watchers. */
  watch(url: string, tell: () => void): () => void {
    const pack = this.want(url)
    const watcher = () => tell()
    pack.watchers.add(watcher)
    return () => {
      pack.watchers.delete(watcher)
      // A list drawn in another order removes its watchers and adds them again at once.
      if (!pack.watchers.size) queueMicrotask(() => this.leave(pathOf(url), pack))
    }
  }

  /** A picture that is about to be shown; resolves to the value of `pictureOf` once it is known. */
  async fetch(thumbnail: ThumbnailAnswer): Promise<string | null | undefined> {
    await this.want(thumbnail.url).coming
    return this.pictureOf(thumbnail)
  }

  /** Fetches the watched packs that were unavailable again. */
  retry(): void {
    for (const pack of this.packs.values()) if (pack.failed && pack.watchers.size) this.want(pack.url)
  }

  private want(url: string): Pack {
    const path = pathOf(url)
    const pack = this.packs.get(path) ?? {
      url,
      content: null,
      failed: false,
      request: null,
      coming: null,
      pictures: new Map(),
      watchers: new Set(),
    }
    this.packs.set(path, pack)
    pack.url = url
    if (!pack.content) pack.coming ??= this.load(pack)
    return pack
  }

  private async load(pack: Pack): Promise<void> {
    const { url } = pack
    const request = new AbortController()
    pack.request = request
    try {
      pack.content = await this.fetchPack(url, request.signal)
      pack.failed = false
    } catch {
      if (request.signal.aborted) return
      // A newer address has arrived meanwhile, which may be valid where this one has expired.
      if (pack.url !== url) return this.load(pack)
      pack.failed = true
    }
    pack.coming = null
    for (const tell of pack.watchers) tell()
    this.bound()
  }

  /** Fast scrolling fetches nothing: the packs in sight would have to wait. */
  private leave(path: string, pack: Pack): void {
    if (pack.watchers.size || this.packs.get(path) !== pack) return
    this.packs.delete(path)
    if (pack.coming) pack.request?.abort()
    else this.packs.set(path, pack)
    this.bound()
  }

  private bound(): void {
    for (const [path, pack] of this.packs) {
      if (this.packs.size <= this.most) return
      if (pack.watchers.size || pack.coming) continue
      this.packs.delete(path)
      for (const picture of pack.pictures.values()) URL.revokeObjectURL(picture)
    }
  }
}

export const thumbnails = new Thumbnails()

connection.watch(() => connection.get() && thumbnails.retry())
