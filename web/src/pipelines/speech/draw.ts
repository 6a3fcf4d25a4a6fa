// The picture of a stretch of a recording: loudness, words, phones, and the time below them.
import { isUnsure, type Word, within } from './alignment'
import type { Peaks } from './waveform'

export const HEIGHTS = { wave: 96, words: 34, phones: 26, axis: 22 } as const
export const HEIGHT = HEIGHTS.wave + HEIGHTS.words + HEIGHTS.phones + HEIGHTS.axis

export interface View {
  /** Seconds: the window's start, and its length. */
  from: number
  length: number
}

export interface Scene {
  view: View
  seconds: number
  words: readonly Word[]
  peaks: Peaks | undefined
  selected: number | null
  at: number
}

const NAMES = [
  'ink',
  'ink-soft',
  'line',
  'line-strong',
  'accent',
  'accent-soft',
  'warning',
  'warning-soft',
  'raised',
] as const
type Colours = Record<(typeof NAMES)[number], string>

/** The page's current colours: canvases know no CSS variables. */
export function coloursOf(element: HTMLElement): Colours {
  const style = getComputedStyle(element)
  const probe = document.createElement('span')
  element.append(probe)
  const found = Object.fromEntries(
    NAMES.map((name) => {
      probe.style.color = style.getPropertyValue(`--${name}`)
      return [name, getComputedStyle(probe).color]
    }),
  ) as Colours
  probe.remove()
  return found
}

const STEPS = [0.1, 0.2, 0.5, 1, 2, 5, 10, 30, 60, 300, 600]
/** Pixels needed for a mark of the axis, and for a label in a box. */
const MARK = 72
const ROOM = 14

export function draw(context: CanvasRenderingContext2D, width: number, scene: Scene, colours: Colours): void {
  const { view, words, peaks, selected, at, seconds } = scene
  const x = (time: number) => ((time - view.from) / view.length) * width
  context.clearRect(0, 0, width, HEIGHT)
  const [first, last] = within(words, view.from, view.from + view.length)
  for (let n = first; n < last; n++) {
    const word = words[n]!
    if (n !== selected && !isUnsure(word)) continue
    context.fillStyle = n === selected ? colours['accent-soft'] : colours['warning-soft']
    context.fillRect(x(word.start), 0, x(word.end) - x(word.start), HEIGHTS.wave)
  }
  if (peaks) wave(context, width, scene, peaks, colours.accent)

  let top = HEIGHTS.wave
  context.textBaseline = 'middle'
  context.textAlign = 'center'
  for (let n = first; n < last; n++) {
    const word = words[n]!
    const unsure = isUnsure(word)
    const [left, right] = [x(word.start), x(word.end)]
    box(context, left, right, top, HEIGHTS.words, {
      fill: n === selected ? colours['accent-soft'] : unsure ? colours['warning-soft'] : colours.raised,
      line: unsure ? colours.warning : colours['line-strong'],
      dashed: unsure,
    })
    label(
      context,
      word.label,
      left,
      right,
      top + HEIGHTS.words / 2,
      unsure ? colours.warning : colours.ink,
      14,
    )
    for (const phone of word.phones) {
      const [begin, end] = [x(phone.start), x(phone.end)]
      const below = top + HEIGHTS.words
      box(context, begin, end, below, HEIGHTS.phones, {
        fill: colours.raised,
        line: colours.line,
        dashed: false,
      })
      label(context, phone.label, begin, end, below + HEIGHTS.phones / 2, colours['ink-soft'], 11)
    }
  }
  top += HEIGHTS.words + HEIGHTS.phones
  axis(context, width, view, seconds, top, colours)
  const now = x(at)
  if (now >= 0 && now <= width) {
    context.fillStyle = colours.ink
    context.fillRect(now - 0.5, 0, 1.5, top)
  }
}

function wave(
  context: CanvasRenderingContext2D,
  width: number,
  { view }: Scene,
  peaks: Peaks,
  colour: string,
): void {
  context.fillStyle = colour
  const middle = HEIGHTS.wave / 2
  const perPixel = (view.length * peaks.perSecond) / width
  for (let pixel = 0; pixel < width; pixel++) {
    const start = Math.floor(view.from * peaks.perSecond + pixel * perPixel)
    const end = Math.max(start + 1, Math.floor(view.from * peaks.perSecond + (pixel + 1) * perPixel))
    let most = 0
    for (let n = start; n < end && n < peaks.values.length; n++) most = Math.max(most, peaks.values[n] ?? 0)
    const high = Math.max(1, most * (HEIGHTS.wave - 8))
    context.fillRect(pixel, middle - high / 2, 1, high)
  }
}

function box(
  context: CanvasRenderingContext2D,
  left: number,
  right: number,
  top: number,
  height: number,
  { fill, line, dashed }: { fill: string; line: string; dashed: boolean },
): void {
  const width = Math.max(1, right - left - 1)
  context.fillStyle = fill
  context.fillRect(left, top + 1, width, height - 2)
  context.strokeStyle = line
  context.setLineDash(dashed ? [4, 3] : [])
  context.strokeRect(left + 0.5, top + 1.5, width, height - 3)
  context.setLineDash([])
}

function label(
  context: CanvasRenderingContext2D,
  text: string,
  left: number,
  right: number,
  middle: number,
  colour: string,
  size: number,
): void {
  const room = right - left - 4
  if (room < ROOM) return
  context.font = `${size}px "Geist Variable", system-ui, sans-serif`
  context.fillStyle = colour
  let shown = text
  while (shown.length > 1 && context.measureText(shown).width > room)
    shown = `${shown.replace(/…$/, '').slice(0, -1)}…`
  context.fillText(shown, (left + right) / 2, middle)
}

function axis(
  context: CanvasRenderingContext2D,
  width: number,
  view: View,
  seconds: number,
  top: number,
  colours: Colours,
): void {
  const step = STEPS.find((one) => (one / view.length) * width >= MARK) ?? STEPS.at(-1)!
  context.font = '11px "Geist Variable", system-ui, sans-serif'
  context.textAlign = 'center'
  for (let n = Math.ceil(view.from / step); n * step <= Math.min(view.from + view.length, seconds); n++) {
    const at = ((n * step - view.from) / view.length) * width
    context.fillStyle = colours['line-strong']
    context.fillRect(at, top, 1, 5)
    context.fillStyle = colours['ink-soft']
    context.fillText(timeOf(n * step, step), Math.min(Math.max(at, 16), width - 16), top + 14)
  }
}

/** A time such as 1:02.5, as fine as the axis. */
export function timeOf(seconds: number, step = 1): string {
  const minutes = Math.floor(seconds / 60)
  const rest = (seconds - 60 * minutes).toFixed(step < 1 ? 1 : 0)
  return `${minutes}:${rest.padStart(step < 1 ? 4 : 2, '0')}`
}
