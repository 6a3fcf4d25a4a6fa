// Content far from the window can wait.
import { type RefObject, useEffect, useRef, useState } from 'react'

/** The distance from the window: one screen. */
const NEAR = '100% 0%'

/** Whether an element has come near the window, once: put the reference on it. at: from the start. */
export function useNear<T extends Element>(at = false): [RefObject<T | null>, boolean] {
  const spot = useRef<T>(null)
  const [near, setNear] = useState(at)

  useEffect(() => {
    if (near || !spot.current) return
    const watcher = new IntersectionObserver(
      (seen) => seen.some((one) => one.isIntersecting) && setNear(true),
      { rootMargin: NEAR },
    )
    watcher.observe(spot.current)
    return () => watcher.disconnect()
  }, [near])

  return [spot, near]
}
