// One row of a grid's tiles. It is drawn again only when something in it has changed.
import { memo, type ReactNode } from 'react'
import styles from './TileGrid.module.css'

interface Props {
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

export const TileLine = memo(
  function TileLine({
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
  }: Props) {
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
