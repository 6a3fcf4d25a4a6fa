// The original bytes of a file for viewing: their address, and the next files' loaded ahead.
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import { queryClient } from '../../api/queries'
import type { DownloadAnswer, FileAnswer } from '../../api/schema'

/** Types that every supported browser shows. Few show HEIC and TIFF: their thumbnails stay. */
const PICTURES = new Set(['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'])

export function shownAs(file: Pick<FileAnswer, 'content_type' | 'status'>): 'picture' | 'film' | null {
  const type = file.content_type ?? ''
  if (file.status !== 'inspected' && file.status !== 'duplicate') return null
  if (PICTURES.has(type)) return 'picture'
  return /^(video|audio)\//.test(type) ? 'film' : null
}

/** A type's common name: HEIC, not image/heic. */
export const kindOf = (file: Pick<FileAnswer, 'content_type' | 'original_filename'>): string =>
  (file.content_type?.split('/').at(-1)?.replace(/^x-/, '') ?? file.original_filename.split('.').at(-1) ?? '')
    .replace('quicktime', 'mov')
    .toUpperCase()

export const originalPath = (file: Pick<FileAnswer, 'id'>) => `/files/${file.id}/original`

/** Addresses are valid for 7 minutes at least. */
const GOOD_FOR = 5 * 60_000

const address = (file: Pick<FileAnswer, 'id'>) => ({
  queryKey: ['original', file.id],
  queryFn: ({ signal }: { signal: AbortSignal }) =>
    api<DownloadAnswer>(`${originalPath(file)}?inline=true`, { signal }),
  staleTime: GOOD_FOR,
  gcTime: GOOD_FOR,
  // Another address would restart a film.
  refetchOnWindowFocus: false,
})

export const useOriginal = (file: FileAnswer, wanted: boolean) =>
  useQuery({ ...address(file), enabled: wanted })

const located = async (file: FileAnswer) => (await queryClient.fetchQuery(address(file))).url

const LARGEST_BYTES = 30e6
const LARGEST_PIXELS = 60e6

/** Whether a file is worth loading ahead, and small enough to be kept beside the current one. */
export const worthwhile = (file: FileAnswer): boolean =>
  shownAs(file) === 'picture' &&
  file.size_bytes <= LARGEST_BYTES &&
  (file.width ?? 0) * (file.height ?? 0) <= LARGEST_PIXELS

/** Pictures that are fetched ahead: only those that are wanted now, however far the user moves. */
export class Ahead {
  private readonly kept = new Map<string, HTMLImageElement | null>()

  constructor(
    private readonly locate: (file: FileAnswer) => Promise<string> = located,
    private readonly picture: () => HTMLImageElement = () => new Image(),
  ) {}

  get held(): string[] {
    return [...this.kept.keys()]
  }

  want(files: readonly FileAnswer[]): void {
    const wanted = files.filter(worthwhile)
    for (const [id, image] of this.kept) {
      if (wanted.some((file) => file.id === id)) continue
      // Ends a fetch under way, and releases the decoded picture.
      image?.removeAttribute('src')
      this.kept.delete(id)
    }
    for (const file of wanted) {
      if (this.kept.has(file.id)) continue
      this.kept.set(file.id, null)
      this.locate(file).then(
        (url) => this.fetch(file.id, url),
        () => this.kept.delete(file.id),
      )
    }
  }

  private fetch(id: string, url: string): void {
    if (this.kept.get(id) !== null) return
    const image = this.picture()
    image.crossOrigin = 'anonymous'
    image.src = url
    this.kept.set(id, image)
  }
}
