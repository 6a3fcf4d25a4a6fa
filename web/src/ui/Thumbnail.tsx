// The small picture of a file, or a placeholder where there is none.
import { type ComponentProps, type ReactNode, useCallback, useState, useSyncExternalStore } from 'react'
import type { ThumbnailAnswer } from '../api/schema'
import { thumbnails } from '../api/thumbnails'
import { useNear } from './useNear'

type Wanted = ThumbnailAnswer | null | undefined

/** The picture's address: undefined while it is loading, null where there is none or it is unavailable. */
export function useThumbnail(thumbnail: Wanted): string | null | undefined {
  const url = thumbnail?.url
  const watch = useCallback(
    (tell: () => void) => (url ? thumbnails.watch(url, tell) : () => undefined),
    [url],
  )
  return useSyncExternalStore(watch, () => (thumbnail ? thumbnails.pictureOf(thumbnail) : null))
}

interface Props extends Omit<ComponentProps<'img'>, 'src' | 'loading' | 'onError'> {
  of: Wanted
  alt: string
  /** For lists that are rendered whole: fetched as it comes near the window. */
  lazy?: boolean
  /** The placeholder. */
  children?: ReactNode
}

export function Thumbnail({ of, lazy = false, children, alt, ...image }: Props) {
  const [spot, near] = useNear<HTMLSpanElement>(!lazy || !of || thumbnails.pictureOf(of) !== undefined)
  const picture = useThumbnail(near ? of : null)
  const [broken, setBroken] = useState<string | null>(null)

  // Keeps the room for the picture.
  if (!near || picture === undefined) return <span ref={spot} className={image.className} aria-hidden />
  if (picture === null || picture === broken) return children
  return <img {...image} src={picture} alt={alt} onError={() => setBroken(picture)} />
}
