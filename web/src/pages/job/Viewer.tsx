// One file, large: zoom, what is known of it, and why its time is believed.
import { ChevronLeft, ChevronRight, Info, Minus, Plus, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import type { DuplicateGroupAnswer, FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Sheet } from '../../ui/controls'
import type { FileBook } from './book'
import { PAGE } from './book'
import { Details } from './Details'
import styles from './Viewer.module.css'

const LARGEST = 8

interface Props {
  book: FileBook
  order: readonly number[]
  open: number | null
  groups: readonly DuplicateGroupAnswer[]
  onShow: (item: number) => void
  onClose: () => void
}

export function Viewer({ book, order, open, groups, onShow, onClose }: Props) {
  const file = open === null ? undefined : book.files[open]
  return (
    <Sheet full hideTitle title={file?.original_filename ?? ''} open={open !== null} onClose={onClose}>
      {open !== null && <Stage key={open} {...{ book, order, open, groups, onShow, onClose }} file={file} />}
    </Sheet>
  )
}

const DETAILS = 'millrace.details'

function Stage({
  book,
  order,
  open,
  groups,
  file,
  onShow,
  onClose,
}: Props & { open: number; file: FileAnswer | undefined }) {
  const { t } = useWords()
  const [zoom, setZoom] = useState(1)
  const [shift, setShift] = useState({ x: 0, y: 0 })
  const [details, setDetails] = useState(
    () => localStorage.getItem(DETAILS) !== 'off' && window.innerWidth > 720,
  )
  const grabbed = useRef<{ x: number; y: number } | null>(null)
  const box = useRef<HTMLDivElement>(null)
  const at = order.indexOf(open)

  useEffect(() => {
    box.current?.focus()
    book.look([open, Math.min(open + PAGE, book.files.length - 1)])
    // The neighbours' pictures are there before they are asked for.
    for (const near of [at - 1, at + 1]) {
      const url = book.files[order[near] ?? -1]?.thumbnail_url
      if (url) new Image().src = url
    }
  }, [book, order, open, at])

  const go = (to: number) => {
    const next = order[to]
    if (next !== undefined) onShow(next)
  }
  const scale = (to: number) => {
    const next = Math.min(Math.max(to, 1), LARGEST)
    setZoom(next)
    if (next === 1) setShift({ x: 0, y: 0 })
  }
  const toggle = () => {
    localStorage.setItem(DETAILS, details ? 'off' : 'on')
    setDetails(!details)
  }
  const keys = (event: KeyboardEvent) => {
    const actions: Record<string, () => void> = {
      ArrowRight: () => go(at + 1),
      ArrowLeft: () => go(at - 1),
      ArrowDown: () => go(at + 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(order.length - 1),
      '+': () => scale(zoom * 1.5),
      '=': () => scale(zoom * 1.5),
      '-': () => scale(zoom / 1.5),
      '0': () => scale(1),
      i: toggle,
    }
    const action = actions[event.key]
    if (!action || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    action()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work anywhere in the dialog
    <div className={`${styles.viewer} ${details ? styles.withDetails : ''}`} onKeyDown={keys}>
      <div className={styles.bar}>
        <Button kind="quiet" icon={X} label={t('close')} onPress={onClose} />
        <span className={styles.name}>{file?.original_filename}</span>
        <span className="number">{t('viewer.place', { place: at + 1, count: order.length })}</span>
        <span className={styles.zoom}>
          <Button
            kind="quiet"
            icon={Minus}
            label={t('zoom.out')}
            isDisabled={zoom <= 1}
            onPress={() => scale(zoom / 1.5)}
          />
          <Button
            kind="quiet"
            icon={Plus}
            label={t('zoom.in')}
            isDisabled={zoom >= LARGEST}
            onPress={() => scale(zoom * 1.5)}
          />
        </span>
        <Button kind="quiet" icon={Info} label={t('details')} aria-pressed={details} onPress={toggle} />
      </div>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: dragging is a comfort, the keys do the same */}
      <div
        ref={box}
        className={`${styles.stage} ${zoom > 1 ? styles.grab : ''}`}
        tabIndex={-1}
        onWheel={(event) => scale(zoom * (event.deltaY < 0 ? 1.15 : 1 / 1.15))}
        onDoubleClick={() => scale(zoom > 1 ? 1 : 2.5)}
        onPointerDown={(event) => {
          if (zoom <= 1) return
          grabbed.current = { x: event.clientX - shift.x, y: event.clientY - shift.y }
          event.currentTarget.setPointerCapture(event.pointerId)
        }}
        onPointerMove={(event) => {
          if (grabbed.current)
            setShift({ x: event.clientX - grabbed.current.x, y: event.clientY - grabbed.current.y })
        }}
        onPointerUp={() => {
          grabbed.current = null
        }}
      >
        {file?.thumbnail_url ? (
          <img
            src={file.thumbnail_url}
            alt={file.original_filename}
            draggable={false}
            style={{ transform: `translate(${shift.x}px, ${shift.y}px) scale(${zoom})` }}
          />
        ) : (
          <p className={styles.nothing}>
            {file ? (file.error_message ?? t('viewer.noPicture')) : t('loading')}
          </p>
        )}
        {at > 0 && (
          <span className={styles.before}>
            <Button kind="quiet" icon={ChevronLeft} label={t('viewer.before')} onPress={() => go(at - 1)} />
          </span>
        )}
        {at < order.length - 1 && (
          <span className={styles.after}>
            <Button kind="quiet" icon={ChevronRight} label={t('viewer.after')} onPress={() => go(at + 1)} />
          </span>
        )}
      </div>
      {details && file && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
        <aside className={styles.details} aria-label={t('details')} tabIndex={0}>
          <Details
            file={file}
            group={groups.find((group) => group.files.some((one) => one.id === file.id))}
          />
        </aside>
      )}
    </div>
  )
}
