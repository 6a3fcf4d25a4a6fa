// The visible stretch of a recording, never longer than the recording and never outside it.
import { useCallback, useState } from 'react'
import type { View } from './draw'

/** Seconds. */
const SHORTEST = 0.5
const FIRST = 8

export function useView(seconds: number) {
  const [view, setView] = useState<View>({ from: 0, length: Math.max(SHORTEST, Math.min(FIRST, seconds)) })

  const lengthOf = useCallback(
    (length: number) => Math.min(Math.max(length, SHORTEST), Math.max(seconds, SHORTEST)),
    [seconds],
  )
  const clamp = useCallback(
    (to: View): View => {
      const length = lengthOf(to.length)
      return { length, from: Math.min(Math.max(to.from, 0), Math.max(0, seconds - length)) }
    },
    [seconds, lengthOf],
  )
  /** A function of the latest view: a wheel turns more often than the page is drawn, and no turn is lost. */
  const look = useCallback((to: (now: View) => View) => setView((now) => clamp(to(now))), [clamp])
  /** Around a place in the window: 0 is its start, 1 its end. */
  const zoom = useCallback(
    (by: number, place = 0.5) =>
      look(({ from, length }) => {
        const next = lengthOf(length * by)
        return { from: from + place * (length - next), length: next }
      }),
    [look, lengthOf],
  )
  const reveal = (time: number) =>
    setView((now) =>
      time >= now.from && time <= now.from + now.length
        ? now
        : clamp({ ...now, from: time - now.length / 4 }),
    )
  /** Follows the sound once it leaves the window. */
  const follow = useCallback(
    (time: number) => setView((now) => (time > now.from + now.length ? clamp({ ...now, from: time }) : now)),
    [clamp],
  )
  return { view, look, zoom, reveal, follow }
}
