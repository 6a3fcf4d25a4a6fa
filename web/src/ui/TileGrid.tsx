// A grid of any length: only the rows in sight exist. Arrows move, space selects, shift extends, enter opens.
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import {
  type KeyboardEvent,
  type MouseEvent,
  memo,
  type ReactNode,
  useCallback,
  useEffect,
  useId,
  useLayoutEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import styles from './TileGrid.module.css'
import { useBand } from './useBand'

export interface Group {
  key: string
  title: ReactNode
  /** Which of the items, in order. */
  members: readonly number[]
}

export type Jump = { group: string } | { item: number }

interface Props {
  label: string
  /** One group without a title is a plain grid. */
  groups: readonly Group[]
  /** Smallest width of a tile, and how high it is: a share of its width, plus a caption. */
  tile: { min: number; ratio: number; caption: number }
  /** Its text is what the tile is called. */
  render: (item: number) => ReactNode
  onOpen?: (item: number) => void
  selected?: ReadonlySet<number>
  onSelect?: (selected: ReadonlySet<number>) => void
  /** Told which items are about to be seen, to fetch them. */
  onSight?: (items: readonly number[]) => void
  /** Told which item is the first in the window. */
  onTop?: (item: number) => void
  /** The item that is shown elsewhere, in a viewer: the grid follows it, and has the focus again afterwards. */
  shown?: number | null
  /** Scrolls to the head of this group, or to this item, each time that it is another object. */
  jump?: Jump | null
  /** Changes when what `render` draws has changed. */
  version?: unknown
}

type Row = { kind: 'title'; group: number } | { kind: 'tiles'; group: number; start: number; end: number }

const EMPTY: ReadonlySet<number> = new Set()
const TITLE = 56
const NARROW = 480
/** What the page's head and what sticks below it cover. */
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
  }, [])

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

  // Places count along the grid; the active one is told by its item, so that it stays with it when the order changes.
  const [active, setActive] = useState<number | null>(null)
  const anchor = useRef<number | null>(null)
  const place = active === null ? -1 : order.indexOf(active)

  const rowOf = useCallback(
    (at: number) => rows.findIndex((r) => r.kind === 'tiles' && r.start <= at && at < r.end),
    [rows],
  )

  // biome-ignore lint/correctness/useExhaustiveDependencies: each wish once
  useEffect(() => {
    if (!jump) return
    if ('item' in jump) {
      // The keys go on from there.
      setActive(jump.item)
      anchor.current = jump.item
    }
    const group = groups.findIndex(({ key }) => 'group' in jump && key === jump.group)
    const row =
      'item' in jump ? rowOf(order.indexOf(jump.item)) : rows.findIndex((one) => one.group === group)
    if (row >= 0) virtual.scrollToIndex(row, { align: 'start' })
  }, [jump])

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
    virtual.scrollToIndex(rowOf(at), { align: 'auto' })
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
    const listen = (event: globalThis.KeyboardEvent) => {
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
  }, [])

  // Whoever closes the viewer stands at the file that was shown last.
  const before = useRef<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: it is another item that matters
  useEffect(() => {
    const last = before.current
    before.current = shown
    if (shown !== null) {
      setActive(shown)
      anchor.current = shown
      const at = order.indexOf(shown)
      if (at >= 0) virtual.scrollToIndex(rowOf(at), { align: 'auto' })
    } else if (last !== null) {
      const timer = setTimeout(() => box.current?.focus({ preventScroll: true }))
      return () => clearTimeout(timer)
    }
  }, [shown])

  const keys = (event: KeyboardEvent) => {
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
  /** What a band adds to. */
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
          <Line
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

interface LineProps {
  id: string
  offset: number
  height: number
  gap: number
  columns: number
  start: number
  items: readonly number[]
  total: number
  active: number | null
  selected: ReadonlySet<number> | undefined
  render: (item: number) => ReactNode
  version: unknown
}

const Line = memo(
  function Line({
    id,
    offset,
    height,
    gap,
    columns,
    start,
    items,
    total,
    active,
    selected,
    render,
  }: LineProps) {
    return (
      <div
        role="presentation"
        className={styles.line}
        style={{
          transform: `translateY(${offset}px)`,
          height,
          gap,
          gridTemplateColumns: `repeat(${columns}, minmax(0, 1fr))`,
        }}
      >
        {items.map((item, n) => (
          // biome-ignore lint/a11y/useFocusableInteractive: focus stays with the list, which names the active one
          <div
            key={item}
            id={`${id}-${item}`}
            data-item={item}
            role="option"
            aria-selected={selected?.has(item) ?? false}
            aria-setsize={total}
            aria-posinset={start + n + 1}
            className={`${styles.tile} ${item === active ? styles.active : ''}`}
          >
            {render(item)}
          </div>
        ))}
      </div>
    )
  },
  (a, b) =>
    a.version === b.version &&
    a.offset === b.offset &&
    a.height === b.height &&
    a.columns === b.columns &&
    a.total === b.total &&
    a.selected === b.selected &&
    a.render === b.render &&
    (a.active === b.active || !(a.items.includes(a.active ?? -1) || b.items.includes(b.active ?? -1))) &&
    a.items.length === b.items.length &&
    a.items.every((item, n) => item === b.items[n]),
)
