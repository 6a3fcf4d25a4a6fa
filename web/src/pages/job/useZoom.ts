// A picture in a box: whole at first, then nearer by wheel, pinch, double click or key, and moved about.
import { type Selection, select } from 'd3-selection'
import { type ZoomBehavior, zoom, zoomIdentity, zoomTransform } from 'd3-zoom'
import { type RefObject, useCallback, useEffect, useRef, useState } from 'react'

export interface Size {
  width: number
  height: number
}

/** Pixels of the screen for one of the picture, at most. */
const NEAREST = 8

/** The scale at which the whole picture is seen; a small one is not enlarged. */
export const whole = (picture: Size, box: Size): number =>
  Math.min(1, box.width / picture.width, box.height / picture.height) || 1

export interface Zoom {
  /** For the style of the picture, whose own size is that of its pixels. */
  transform: string
  /** 100 where a pixel of the picture is one of the screen. */
  percent: number
  /** Whether it is zoomed in. */
  near: boolean
  by: (factor: number) => void
  fit: () => void
  actual: (at?: { x: number; y: number }) => void
  pan: (x: number, y: number) => void
}

type Zoomed = ZoomBehavior<HTMLElement, unknown>
type Selected = Selection<HTMLElement, unknown, null, undefined>

export function useZoom(box: RefObject<HTMLElement | null>, size: Size | null): Zoom {
  const [{ k, x, y, least }, see] = useState({ k: 1, x: 0, y: 0, least: 1 })
  const made = useRef<{ selected: Selected; zoomed: Zoomed; least: number } | null>(null)
  const { width, height } = size ?? { width: 0, height: 0 }

  useEffect(() => {
    const element = box.current
    if (!element || !width || !height) return
    const zoomed: Zoomed = zoom<HTMLElement, unknown>().translateExtent([
      [0, 0],
      [width, height],
    ])
    const selected = select(element) as Selected
    const mine = { selected, zoomed, least: 1 }
    made.current = mine
    const measure = () => {
      const room = { width: element.clientWidth, height: element.clientHeight }
      const before = zoomTransform(element)
      const fitted = before.k <= mine.least * 1.001
      mine.least = whole({ width, height }, room)
      zoomed
        .extent([
          [0, 0],
          [room.width, room.height],
        ])
        .scaleExtent([mine.least, Math.max(mine.least, NEAREST / devicePixelRatio)])
      const all = zoomIdentity
        .translate((room.width - width * mine.least) / 2, (room.height - height * mine.least) / 2)
        .scale(mine.least)
      selected.call(zoomed.transform, fitted ? all : before)
      // A box of another size may leave room beside the visible part.
      selected.call(zoomed.translateBy, 0, 0)
    }
    zoomed.on('zoom', ({ transform }) =>
      see({ k: transform.k, x: transform.x, y: transform.y, least: mine.least }),
    )
    selected.call(zoomed).on('dblclick.zoom', null)
    selected.property('__zoom', zoomIdentity.scale(0))
    const watcher = new ResizeObserver(measure)
    watcher.observe(element)
    measure()
    return () => {
      watcher.disconnect()
      selected.on('.zoom', null)
      made.current = null
    }
  }, [box, width, height])

  const by = useCallback((factor: number) => {
    made.current?.selected.call(made.current.zoomed.scaleBy, factor)
  }, [])
  const fit = useCallback(() => by(0), [by])
  const actual = useCallback((at?: { x: number; y: number }) => {
    made.current?.selected.call(made.current.zoomed.scaleTo, 1 / devicePixelRatio, at && [at.x, at.y])
  }, [])
  const pan = useCallback((right: number, down: number) => {
    const { current } = made
    if (!current) return
    const { k: scale } = zoomTransform(current.selected.node() as HTMLElement)
    current.selected.call(current.zoomed.translateBy, right / scale, down / scale)
  }, [])
  return {
    transform: `translate(${x}px, ${y}px) scale(${k})`,
    percent: Math.round(100 * k * devicePixelRatio),
    near: k > least * 1.001,
    by,
    fit,
    actual,
    pan,
  }
}
