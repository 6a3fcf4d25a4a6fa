// The small picture of a file, or what stands in where there is none.
import {
  type ComponentProps,
  type ReactNode,
  useCallback,
  useEffect,
  useRef,
  useState,
  useSyncExternalStore,
} from 'react'
import type { ThumbnailAnswer } from '../api/schema'
import { thumbnails } from '../api/thumbnails'

type Wanted = ThumbnailAnswer | null | undefined

/** How far from the window a picture is fetched: one screen. */
const NEAR = '100% 0%'

/** The picture's address: undefined while it is on its way, null where there is none or it can't be had. */
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
  /** In a list that is there as a whole: fetched where it comes near the window. */
  lazy?: boolean
  /** What stands in. */
  children?: ReactNode
}

export function Thumbnail({ of, lazy = false, children, alt, ...image }: Props) {
  const spot = useRef<HTMLSpanElement>(null)
  const [near, setNear] = useState(() => !lazy || !of || thumbnails.pictureOf(of) !== undefined)
  const picture = useThumbnail(near ? of : null)
  const [broken, setBroken] = useState<string | null>(null)

  useEffect(() => {
    if (near || !spot.current) return
    const watcher = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && setNear(true),
      {
        rootMargin: NEAR,
      },
    )
    watcher.observe(spot.current)
    return () => watcher.disconnect()
  }, [near])

  // Takes the room that the picture will take.
  if (!near || picture === undefined) return <span ref={spot} className={image.className} aria-hidden />
  if (picture === null || picture === broken) return children
  return <img {...image} src={picture} alt={alt} onError={() => setBroken(picture)} />
}
