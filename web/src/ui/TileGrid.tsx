// A grid of any length: only the rows in sight exist.
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { type MouseEvent, type ReactNode, useEffect, useId, useRef } from 'react'
import styles from './TileGrid.module.css'
import { TileLine } from './TileLine'
import { useBand } from './useBand'
import { type Jump, useFollowing } from './useFollowing'
import { useTileKeys } from './useTileKeys'
import { type Group, type TileSize, useTileLayout } from './useTileLayout'

export type { Group, Jump }

interface Props {
  label: string
  /** One group without a title is a plain grid. */
  groups: readonly Group[]
  tile: TileSize
  /** Draws a tile; its text is the tile's name. */
  render: (item: number) => ReactNode
  onOpen?: (item: number) => void
  selected?: ReadonlySet<number>
  onSelect?: (selected: ReadonlySet<number>) => void
  /** Called with the items that are about to be visible, to fetch them. */
  onSight?: (items: readonly number[]) => void
  /** Called with the first item in the window. */
  onTop?: (item: number) => void
  /** The item that a viewer shows: the grid follows it, and takes the focus back afterwards. */
  shown?: number | null
  /** Scrolls to the head of this group, or to this item, each time that the object changes. */
  jump?: Jump | null
  /** Changes when what `render` draws has changed. */
  version?: unknown
}

const EMPTY: ReadonlySet<number> = new Set()
const TITLE = 56
/** The height covered by the page's head and the parts that stick below it. */
const BELOW_HEAD = 132

export function TileGrid({
  label,
  groups,
  tile,
  render,
  onOpen,
  selected,
  onSelect,
  onSight,
  onTop,
  shown = null,
  jump = null,
  version,
}: Props) {
  const id = useId()
  const box = useRef<HTMLDivElement>(null)
  const { width, top, gap, columns, side, height, order, rows, rowOf } = useTileLayout(box, groups, tile)

  const virtual = useWindowVirtualizer({
    count: width ? rows.length : 0,
    estimateSize: (n) => (rows[n]?.kind === 'title' ? TITLE : height),
    overscan: 2,
    scrollMargin: top,
    scrollPaddingStart: BELOW_HEAD,
  })
  // biome-ignore lint/correctness/useExhaustiveDependencies: other sizes make the remembered ones wrong
  useEffect(() => virtual.measure(), [height, rows, virtual])

  const seen = virtual.getVirtualItems()
  const first = seen[0]?.index ?? 0
  const last = seen.at(-1)?.index ?? -1
  useEffect(() => {
    if (!onSight || last < 0) return
    const items: number[] = []
    for (const row of rows.slice(first, last + 1))
      if (row.kind === 'tiles') items.push(...order.slice(row.start, row.end))
    onSight(items)
  }, [onSight, rows, order, first, last])

  const edge = (virtual.scrollOffset ?? 0) + BELOW_HEAD
  const topRow = seen.find((line) => line.end > edge && rows[line.index]?.kind === 'tiles')
  const row = topRow && rows[topRow.index]
  const topItem = row?.kind === 'tiles' ? order[row.start] : undefined
  useEffect(() => {
    if (topItem !== undefined) onTop?.(topItem)
  }, [onTop, topItem])

  const scrollTo = (row: number, align: 'auto' | 'start') => virtual.scrollToIndex(row, { align })
  const { active, setActive, anchor, place, select, keys } = useTileKeys({
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
  })
  useFollowing({
    box,
    groups,
    order,
    rows,
    rowOf,
    jump,
    shown,
    onItem: (item) => {
      // The keys continue from there.
      setActive(item)
      anchor.current = item
    },
    scrollTo,
  })

  const { band, down, swallowed } = useBand({
    box,
    side,
    gap,
    enabled: onSelect !== undefined,
    lines: () =>
      virtual.measurementsCache.flatMap((line) => {
        const one = rows[line.index]
        if (one?.kind !== 'tiles') return []
        return [{ top: line.start - top, bottom: line.end - top - gap, start: one.start, end: one.end }]
      }),
    onBand: (places, adding) => {
      if (!adding) kept.current = EMPTY
      const items = places.map((at) => order[at]!)
      anchor.current = items[0] ?? anchor.current
      onSelect?.(new Set([...kept.current, ...items]))
    },
  })
  /** The selection to which a band adds. */
  const kept = useRef<ReadonlySet<number>>(EMPTY)

  const click = (event: MouseEvent) => {
    if (swallowed()) return
    const item = Number(
      (event.target as Element).closest<HTMLElement>('[data-item]')?.dataset.item ?? Number.NaN,
    )
    if (Number.isNaN(item)) return
    setActive(item)
    const at = order.indexOf(item)
    if (onSelect && (event.ctrlKey || event.metaKey || (event.target as Element).closest('[data-select]')))
      select(at, false)
    else if (onSelect && event.shiftKey) select(at, true)
    else onOpen?.(item)
  }

  return (
    <div
      ref={box}
      role="listbox"
      aria-label={label}
      aria-multiselectable={Boolean(onSelect)}
      {...(place >= 0 ? { 'aria-activedescendant': `${id}-${active}` } : {})}
      tabIndex={0}
      className={styles.grid}
      style={{ height: virtual.getTotalSize() }}
      onKeyDown={keys}
      onClick={click}
      onPointerDown={(event) => {
        kept.current = selected ?? EMPTY
        down(event)
      }}
      onFocus={() => active === null && order[0] !== undefined && setActive(order[0])}
    >
      {band && (
        <span
          aria-hidden
          className={styles.band}
          style={{
            left: band.left,
            top: band.top,
            width: band.right - band.left,
            height: band.bottom - band.top,
          }}
        />
      )}
      {seen.map((line) => {
        const row = rows[line.index]
        if (!row) return null
        const offset = line.start - top
        if (row.kind === 'title')
          return (
            <div
              key={line.key}
              role="presentation"
              className={styles.title}
              style={{ transform: `translateY(${offset}px)` }}
            >
              {groups[row.group]?.title}
            </div>
          )
        return (
          <TileLine
            key={line.key}
            id={id}
            offset={offset}
            height={height - gap}
            gap={gap}
            columns={columns}
            start={row.start}
            items={order.slice(row.start, row.end)}
            total={order.length}
            active={active}
            selected={selected}
            render={render}
            version={version}
          />
        )
      })}
    </div>
  )
}
