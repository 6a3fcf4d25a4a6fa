// The layout of tiles in a grid of the available width: the columns, the rows of all groups, and their sizes.
import { type ReactNode, type RefObject, useCallback, useLayoutEffect, useMemo, useState } from 'react'

export interface Group {
  key: string
  title: ReactNode
  /** The indexes of the group's items, in order. */
  members: readonly number[]
}

/** Smallest width of a tile, and how high it is: a share of its width, plus a caption. */
export interface TileSize {
  min: number
  ratio: number
  caption: number
}

/** start, end: places, which count along the grid over all groups. */
export type Row =
  | { kind: 'title'; group: number }
  | { kind: 'tiles'; group: number; start: number; end: number }

const NARROW = 480

/** Sizes are in pixels; order is the item at each place, top the grid's distance from the head of the page. */
export function useTileLayout(
  box: RefObject<HTMLDivElement | null>,
  groups: readonly Group[],
  tile: TileSize,
) {
  const [width, setWidth] = useState(0)
  const [top, setTop] = useState(0)
  const gap = width < NARROW ? 8 : 16
  const columns = Math.max(2, Math.floor((width + gap) / ((width < NARROW ? 112 : tile.min) + gap)))
  const side = (width - gap * (columns - 1)) / columns
  const height = Math.round(side * tile.ratio) + tile.caption + gap

  useLayoutEffect(() => {
    const element = box.current
    if (!element) return
    const measure = () => {
      setWidth(element.clientWidth)
      setTop(element.getBoundingClientRect().top + window.scrollY)
    }
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(element)
    watcher.observe(document.body)
    return () => watcher.disconnect()
  }, [box])

  const order = useMemo(() => groups.flatMap((group) => group.members as number[]), [groups])
  const rows = useMemo(() => {
    const found: Row[] = []
    let before = 0
    groups.forEach((group, at) => {
      if (group.title && group.members.length) found.push({ kind: 'title', group: at })
      for (let start = 0; start < group.members.length; start += columns) {
        const end = Math.min(start + columns, group.members.length)
        found.push({ kind: 'tiles', group: at, start: before + start, end: before + end })
      }
      before += group.members.length
    })
    return found
  }, [groups, columns])

  const rowOf = useCallback(
    (at: number) => rows.findIndex((r) => r.kind === 'tiles' && r.start <= at && at < r.end),
    [rows],
  )
  return { width, top, gap, columns, side, height, order, rows, rowOf }
}
