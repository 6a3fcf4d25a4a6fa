// A band drawn over a grid with the mouse, which selects the tiles it touches, rendered or not.
import { type PointerEvent, useEffect, useRef, useState } from 'react'

export interface Box {
  left: number
  top: number
  right: number
  bottom: number
}

/** The position of a grid's rows, in its own pixels, and the places in each. */
export interface Lines {
  top: number
  bottom: number
  start: number
  end: number
}

/** The places that a band touches. side, gap: the columns', which begin at the left edge. */
export function touched(lines: readonly Lines[], side: number, gap: number, band: Box): number[] {
  const found: number[] = []
  for (const { top, bottom, start, end } of lines) {
    if (bottom <= band.top || top >= band.bottom) continue
    for (let place = start; place < end; place++) {
      const left = (place - start) * (side + gap)
      if (left < band.right && left + side > band.left) found.push(place)
    }
  }
  return found
}

/** Pixels that a press may move and still be a click; and pixels from the window's edge within which it scrolls. */
const STILL = 6
const EDGE = 48

interface Wanted {
  box: React.RefObject<HTMLElement | null>
  lines: () => readonly Lines[]
  side: number
  gap: number
  /** Called with the touched places, and whether the earlier selection stays. */
  onBand: (places: readonly number[], adding: boolean) => void
  enabled: boolean
}

export function useBand({ box, lines, side, gap, onBand, enabled }: Wanted) {
  const [band, setBand] = useState<Box | null>(null)
  const from = useRef<{ x: number; y: number; adding: boolean; drawn: boolean } | null>(null)
  const told = useRef('')
  /** Whether to ignore the click that ends the band. */
  const swallow = useRef(false)

  const placeOf = (event: { clientX: number; clientY: number }) => {
    const { left, top } = box.current!.getBoundingClientRect()
    return { x: event.clientX - left, y: event.clientY - top }
  }
  const down = (event: PointerEvent) => {
    swallow.current = false
    if (!enabled || event.pointerType !== 'mouse' || event.button !== 0 || !box.current) return
    const adding = event.shiftKey || event.ctrlKey || event.metaKey
    from.current = { ...placeOf(event), adding, drawn: false }
    told.current = ''
  }
  const latest = useRef<(event: globalThis.PointerEvent) => void>(() => undefined)
  latest.current = (event) => {
    const began = from.current
    if (!began || !box.current) return
    const { x, y } = placeOf(event)
    if (!began.drawn && Math.hypot(x - began.x, y - began.y) < STILL) return
    began.drawn = true
    const now = {
      left: Math.min(x, began.x),
      right: Math.max(x, began.x),
      top: Math.min(y, began.y),
      bottom: Math.max(y, began.y),
    }
    setBand(now)
    const places = touched(lines(), side, gap, now)
    // Called only for changes: a library may have to fetch selected files.
    const key = `${places[0]} ${places.at(-1)} ${places.length}`
    if (key !== told.current) {
      told.current = key
      onBand(places, began.adding)
    }
    if (event.clientY > innerHeight - EDGE) window.scrollBy(0, EDGE / 2)
    else if (event.clientY < EDGE * 2) window.scrollBy(0, -EDGE / 2)
  }
  useEffect(() => {
    const move = (event: globalThis.PointerEvent) => latest.current(event)
    const up = () => {
      swallow.current = Boolean(from.current?.drawn)
      from.current = null
      setBand(null)
    }
    window.addEventListener('pointermove', move)
    window.addEventListener('pointerup', up)
    window.addEventListener('pointercancel', up)
    return () => {
      window.removeEventListener('pointermove', move)
      window.removeEventListener('pointerup', up)
      window.removeEventListener('pointercancel', up)
    }
  }, [])
  return {
    band,
    down,
    swallowed: () => {
      const was = swallow.current
      swallow.current = false
      return was
    },
  }
}
