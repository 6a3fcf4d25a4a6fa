// The keys of a review: their actions, and the focus.
import { useEffect, useRef } from 'react'
import { useWords } from '../../i18n'
import { KeyList } from '../../ui/KeyList'
import { type Act, actOf, KEYS } from './review'
import type { Word } from './ScenesPages'

export function Keys() {
  const { t } = useWords<Word>()
  return <KeyList keys={KEYS.map(([act, keys]) => [keys.map(keyName), t(`scenes.key.${act}`)] as const)} />
}

const keyName = (key: string): string =>
  ({ ArrowDown: '↓', ArrowUp: '↑' })[key] ?? (/^[A-Z]$/.test(key) ? `⇧ ${key}` : key)

const AWAY = 1000

/** The keys of a review, before those of the whole page. */
export function useReviewKeys(onPress: (act: Act) => void, on: boolean): void {
  const gone = useRef(Number.NEGATIVE_INFINITY)
  useEffect(() => {
    if (!on) return
    const listen = (event: KeyboardEvent) => {
      const target = event.target as Element
      if (target.closest?.('input, textarea, select, [contenteditable], [role=dialog], [role=menu]')) return
      const act = actOf(event, performance.now() - gone.current < AWAY)
      gone.current = event.key === 'g' ? performance.now() : Number.NEGATIVE_INFINITY
      if (!act) return
      event.preventDefault()
      event.stopImmediatePropagation()
      onPress(act)
    }
    document.addEventListener('keydown', listen, { capture: true })
    return () => document.removeEventListener('keydown', listen, { capture: true })
  }, [onPress, on])
}

/** The focus follows the current change, and returns to it once a dialog is closed. */
export function useFocusAt(at: string | null, on: boolean): void {
  useEffect(() => {
    if (!at || !on) return
    const element = document.getElementById(`change-${at}`)
    if (!element || element.contains(document.activeElement)) return
    element.focus({ preventScroll: true })
    element.scrollIntoView({ block: 'nearest' })
  }, [at, on])
}
