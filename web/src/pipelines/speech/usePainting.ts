// Draws a recording on its canvas at full width, and again when anything changes, including the page's colours.
import { type RefObject, useEffect, useState } from 'react'
import { coloursOf, draw, HEIGHT, type Scene } from './draw'

/** Returns the canvas's width in CSS pixels, 0 before it is known. */
export function usePainting(canvas: RefObject<HTMLCanvasElement | null>, scene: Scene): number {
  const [width, setWidth] = useState(0)
  const { view, seconds, words, peaks, selected, at } = scene

  useEffect(() => {
    const element = canvas.current
    if (!element) return
    const watcher = new ResizeObserver(() => setWidth(element.clientWidth))
    watcher.observe(element)
    setWidth(element.clientWidth)
    return () => watcher.disconnect()
  }, [canvas])

  useEffect(() => {
    const element = canvas.current
    const context = element?.getContext('2d')
    if (!element || !context || !width) return
    const paint = () => {
      const ratio = Math.min(devicePixelRatio, 3)
      element.width = Math.round(width * ratio)
      element.height = Math.round(HEIGHT * ratio)
      context.scale(ratio, ratio)
      draw(context, width, { view, seconds, words, peaks, selected, at }, coloursOf(element.parentElement!))
    }
    paint()
    const scheme = matchMedia('(prefers-color-scheme: dark)')
    scheme.addEventListener('change', paint)
    const theme = new MutationObserver(paint)
    theme.observe(document.documentElement, { attributes: true, attributeFilter: ['data-theme'] })
    return () => {
      scheme.removeEventListener('change', paint)
      theme.disconnect()
    }
  }, [canvas, width, view, seconds, words, peaks, selected, at])

  return width
}
