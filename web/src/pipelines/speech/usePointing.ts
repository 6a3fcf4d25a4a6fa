// The pointer on a recording: it drags the window or a boundary, chooses a word, and zooms with the wheel.
import { type PointerEvent, type RefObject, useEffect, useRef } from 'react'
import { type Word, within } from './alignment'
import { HEIGHTS, type View } from './draw'
import { edgeNear } from './moving'

/** Pixels that a pointer may move and still click. */
const STILL = 5
/** Pixels beside a boundary within which it can be grabbed: by a mouse, by a finger. */
const GRIP = 5
const FINGER = 14

interface Pointing {
  canvas: RefObject<HTMLCanvasElement | null>
  /** The canvas's width, in CSS pixels. */
  width: number
  view: View
  look: (to: (now: View) => View) => void
  zoom: (by: number, place: number) => void
  words: readonly Word[]
  /** Moves the boundary at `edge`; returns its new time. */
  onMove: (edge: number, to: number) => number
  /** Called for a click on a word, and for one beside all words. */
  onWord: (n: number) => void
  onTime: (time: number) => void
}

export function usePointing({ canvas, width, view, look, zoom, words, onMove, onWord, onTime }: Pointing) {
  const held = useRef<{ x: number; from: number; moved: boolean; edge: number | null } | null>(null)
  const timeAt = (event: { clientX: number; currentTarget: Element }) =>
    view.from + ((event.clientX - event.currentTarget.getBoundingClientRect().left) / width) * view.length
  /** The boundary under the pointer; above the words none can be grabbed. */
  const edgeAt = (event: PointerEvent<HTMLCanvasElement>) => {
    const below = event.clientY - event.currentTarget.getBoundingClientRect().top - HEIGHTS.wave
    if (below < 0 || below > HEIGHTS.words + HEIGHTS.phones) return null
    const [first, last] = within(words, view.from, view.from + view.length)
    const grip = event.pointerType === 'mouse' ? GRIP : FINGER
    return edgeNear(words.slice(first, last), timeAt(event), (grip / width) * view.length)
  }
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    held.current = { x: event.clientX, from: view.from, moved: false, edge: edgeAt(event) }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const now = held.current
    if (!now || !event.buttons) {
      event.currentTarget.style.cursor = edgeAt(event) === null ? '' : 'ew-resize'
      return
    }
    if (Math.abs(event.clientX - now.x) > STILL) now.moved = true
    if (now.moved && now.edge !== null) now.edge = onMove(now.edge, timeAt(event))
    else if (now.moved)
      look(({ length }) => ({ length, from: now.from - ((event.clientX - now.x) / width) * length }))
  }
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    const now = held.current
    held.current = null
    if (!now || now.moved) return
    const time = timeAt(event)
    const [first, last] = within(words, time, time + 1e-6)
    if (last > first) onWord(first)
    else onTime(time)
  }
  useEffect(() => {
    const element = canvas.current
    const turn = (event: WheelEvent) => {
      // Vertical wheel movement belongs to the page; horizontal movement, or Ctrl, to the recording.
      if (!event.ctrlKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return
      event.preventDefault()
      const { left, width: wide } = element!.getBoundingClientRect()
      if (event.ctrlKey) zoom(Math.exp(event.deltaY / 200), (event.clientX - left) / wide)
      else look(({ from, length }) => ({ length, from: from + (event.deltaX / wide) * length }))
    }
    element?.addEventListener('wheel', turn, { passive: false })
    return () => element?.removeEventListener('wheel', turn)
  }, [canvas, look, zoom])

  return { onPointerDown: down, onPointerMove: move, onPointerUp: up }
}
