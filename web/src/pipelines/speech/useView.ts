// The visible stretch of a recording, never longer than the recording and never outside it.
import { useCallback, useState } from 'react'
import type { View } from './draw'

/** Seconds. */
const SHORTEST = 0.5
const FIRST = 8

export function useView(seconds: number) {
  const [view, setView] = useState<View>({ from: 0, length: Math.max(SHORTEST, Math.min(FIRST, seconds)) })

  const clamp = useCallback(
    ({ from, length }: View): View => {
      const long = Math.min(Math.max(length, SHORTEST), Math.max(seconds, SHORTEST))
      return { length: long, from: Math.min(Math.max(from, 0), Math.max(0, seconds - long)) }
    },
    [seconds],
  )
  const look = useCallback((to: View) => setView(clamp(to)), [clamp])
  const zoom = (by: number, around = view.from + view.length / 2) => {
    const length = view.length * by
    look({ length, from: around - ((around - view.from) / view.length) * length })
  }
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
