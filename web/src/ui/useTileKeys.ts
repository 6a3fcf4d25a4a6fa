// The active tile of a grid, and its keys: arrows move, space selects, shift extends, enter opens.
import {
  type KeyboardEvent as ReactKeyboardEvent,
  type RefObject,
  useCallback,
  useEffect,
  useRef,
  useState,
} from 'react'
import type { Row } from './useTileLayout'

interface Wanted {
  box: RefObject<HTMLDivElement | null>
  order: readonly number[]
  rows: readonly Row[]
  rowOf: (place: number) => number
  columns: number
  /** A row's height, in pixels. */
  height: number
  selected: ReadonlySet<number> | undefined
  onSelect: ((selected: ReadonlySet<number>) => void) | undefined
  onOpen: ((item: number) => void) | undefined
  scrollTo: (row: number, align: 'auto' | 'start') => void
}

/** anchor: the item from which a selection is extended. */
export function useTileKeys({
  box,
  order,
  rows,
  rowOf,
  columns,
  height,
  selected,
  onSelect,
  onOpen,
  scrollTo,
}: Wanted) {
  // Places count along the grid; the active tile is identified by its item, so that it stays the same when the order
  // changes.
  const [active, setActive] = useState<number | null>(null)
  const anchor = useRef<number | null>(null)
  const place = active === null ? -1 : order.indexOf(active)

  const select = useCallback(
    (at: number, extend: boolean) => {
      const item = order[at]
      if (item === undefined || !onSelect) return
      const next = new Set(selected)
      if (extend && anchor.current !== null) {
        const from = order.indexOf(anchor.current)
        for (let n = Math.min(from, at); n <= Math.max(from, at); n++) next.add(order[n]!)
      } else {
        if (!next.delete(item)) next.add(item)
        anchor.current = item
      }
      onSelect(next)
    },
    [order, onSelect, selected],
  )

  const move = (to: number, extend: boolean) => {
    const at = Math.min(Math.max(to, 0), order.length - 1)
    const item = order[at]
    if (item === undefined) return
    if (extend && onSelect) {
      anchor.current ??= active
      select(at, true)
    } else if (!extend) anchor.current = item
    setActive(item)
    scrollTo(rowOf(at), 'auto')
  }

  const vertical = (by: 1 | -1): number => {
    const row = rows[rowOf(place)]
    if (row?.kind !== 'tiles') return place
    const column = place - row.start
    for (let n = rowOf(place) + by; n >= 0 && n < rows.length; n += by) {
      const next = rows[n]
      if (next?.kind === 'tiles') return Math.min(next.start + column, next.end - 1)
    }
    return place
  }

  const selectAll = useRef<(() => void) | undefined>(undefined)
  selectAll.current = onSelect && (() => onSelect(new Set(order)))
  useEffect(() => {
    // Anywhere on the page, as in a file manager; a field or a dialog has a text of its own to select.
    const listen = (event: KeyboardEvent) => {
      if (event.key !== 'a' || event.altKey || event.shiftKey || !(event.ctrlKey || event.metaKey)) return
      if (!selectAll.current || !box.current?.offsetParent) return
      if ((event.target as Element).closest('input, textarea, select, [contenteditable], [role=dialog]'))
        return
      event.preventDefault()
      selectAll.current()
      box.current.focus({ preventScroll: true })
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [box])

  const keys = (event: ReactKeyboardEvent) => {
    if (event.altKey || event.ctrlKey || event.metaKey) return
    const page = Math.max(1, Math.floor(window.innerHeight / height)) * columns
    const moves: Record<string, () => number> = {
      ArrowRight: () => place + 1,
      ArrowLeft: () => place - 1,
      ArrowDown: () => (place < 0 ? 0 : vertical(1)),
      ArrowUp: () => vertical(-1),
      PageDown: () => place + page,
      PageUp: () => place - page,
      Home: () => 0,
      End: () => order.length - 1,
    }
    const go = moves[event.key]
    if (go) move(go(), event.shiftKey)
    else if (event.key === ' ' && place >= 0) select(place, event.shiftKey)
    else if (event.key === 'Enter' && active !== null) onOpen?.(active)
    else if (event.key === 'Escape' && selected?.size) onSelect?.(new Set())
    else return
    event.preventDefault()
  }

  return { active, setActive, anchor, place, select, keys }
}
