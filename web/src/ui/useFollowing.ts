// Scrolls a grid to the item that a viewer shows, or to a requested group or item.
import { type RefObject, useEffect, useRef } from 'react'
import type { Group, Row } from './useTileLayout'

export type Jump = { group: string } | { item: number }

interface Wanted {
  box: RefObject<HTMLDivElement | null>
  groups: readonly Group[]
  order: readonly number[]
  rows: readonly Row[]
  rowOf: (place: number) => number
  jump: Jump | null
  shown: number | null
  /** Called with the item. */
  onItem: (item: number) => void
  scrollTo: (row: number, align: 'auto' | 'start') => void
}

export function useFollowing({ box, groups, order, rows, rowOf, jump, shown, onItem, scrollTo }: Wanted) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: each request once
  useEffect(() => {
    if (!jump) return
    if ('item' in jump) onItem(jump.item)
    const group = groups.findIndex(({ key }) => 'group' in jump && key === jump.group)
    const row =
      'item' in jump ? rowOf(order.indexOf(jump.item)) : rows.findIndex((one) => one.group === group)
    if (row >= 0) scrollTo(row, 'start')
  }, [jump])

  // Closing the viewer leads back to the file that was shown last.
  const before = useRef<number | null>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of item matters
  useEffect(() => {
    const last = before.current
    before.current = shown
    if (shown !== null) {
      onItem(shown)
      const at = order.indexOf(shown)
      if (at >= 0) scrollTo(rowOf(at), 'auto')
    } else if (last !== null) {
      const timer = setTimeout(() => box.current?.focus({ preventScroll: true }))
      return () => clearTimeout(timer)
    }
  }, [shown])
}
