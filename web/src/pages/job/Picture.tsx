// A photo in the viewer: its thumbnail at once, then the original over it, with zoom.
import { type PointerEvent, type ReactNode, type RefObject, useEffect, useRef, useState } from 'react'
import type { FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Thumbnail } from '../../ui/Thumbnail'
import { kindOf, shownAs, useOriginal } from './original'
import styles from './Picture.module.css'
import { type Size, useZoom, type Zoom } from './useZoom'

/** The delay before the original is fetched: quick paging fetches none. */
const STAYS = 150
const SWIPE = 60

export interface Handle {
  zoom: Zoom
}

interface Props {
  file: FileAnswer
  /** The target of the viewer's keys and buttons. */
  handle: RefObject<Handle | null>
  onView: (percent: number | null) => void
  onGo: (by: 1 | -1) => void
}

export function Picture({ file, handle, onView, onGo }: Props) {
  const { t } = useWords()
  const box = useRef<HTMLDivElement>(null)
  const showable = shownAs(file) === 'picture'
  const stays = useStays()
  const original = useOriginal(file, showable && stays)
  const [natural, setNatural] = useState<Size | null>(null)
  const [here, setHere] = useState(false)
  const [broken, setBroken] = useState(false)
  const told = file.width && file.height ? { width: file.width, height: file.height } : null
  const zoom = useZoom(box, here ? natural : (told ?? natural))
  handle.current = { zoom }

  useEffect(() => onView(here ? zoom.percent : null), [onView, here, zoom.percent])
  useEffect(() => () => onView(null), [onView])

  const { data } = original
  const failed = broken || (original.isError && !data)
  const retry = () => {
    setBroken(false)
    void original.refetch()
  }
  const sizeOf = (image: HTMLImageElement) => ({ width: image.naturalWidth, height: image.naturalHeight })
  const swipe = useSwipe(onGo, zoom.near)
  return (
    <>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: a comfort of mouse and fingers; keys do the same */}
      <div
        ref={box}
        className={`${styles.box} ${zoom.near ? styles.near : ''}`}
        onDoubleClick={(event) => {
          const { left, top } = event.currentTarget.getBoundingClientRect()
          if (zoom.near) zoom.fit()
          else zoom.actual({ x: event.clientX - left, y: event.clientY - top })
        }}
        {...swipe}
      >
        <div
          className={styles.plate}
          style={{
            ...(here && natural ? natural : (told ?? natural ?? { width: '100%', height: '100%' })),
            transform: zoom.transform,
          }}
        >
          <Thumbnail
            of={file.thumbnail}
            className={styles.small}
            alt={here ? '' : file.original_filename}
            draggable={false}
            onLoad={(event) => natural ?? setNatural(sizeOf(event.currentTarget))}
          />
          {data && !broken && (
            <img
              className={`${styles.original} ${here ? styles.here : ''}`}
              // The store answers only requests that name the page's origin.
              crossOrigin="anonymous"
              src={data.url}
              alt={here ? file.original_filename : ''}
              draggable={false}
              decoding="async"
              onLoad={(event) => {
                setNatural(sizeOf(event.currentTarget))
                setHere(true)
              }}
              onError={() => setBroken(true)}
            />
          )}
        </div>
      </div>
      {!showable && <Note>{t('viewer.unshown', { kind: kindOf(file) })}</Note>}
      {failed && (
        <Note action={<Button onPress={retry}>{t('again')}</Button>}>{t('viewer.originalGone')}</Note>
      )}
    </>
  )
}

/** The viewer's message about the picture. */
export function Note({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className={styles.note} role="status">
      <p>{children}</p>
      {action}
    </div>
  )
}

export function useStays(): boolean {
  const [stays, set] = useState(false)
  useEffect(() => {
    const timer = setTimeout(() => set(true), STAYS)
    return () => clearTimeout(timer)
  }, [])
  return stays
}

/** A swipe over a picture that is shown whole leads to the next one. */
function useSwipe(onGo: (by: 1 | -1) => void, near: boolean) {
  const from = useRef<{ x: number; y: number } | null>(null)
  return {
    onPointerDown: (event: PointerEvent) => {
      // A second finger zooms.
      from.current =
        event.pointerType === 'touch' && event.isPrimary && !near
          ? { x: event.clientX, y: event.clientY }
          : null
    },
    onPointerUp: (event: PointerEvent) => {
      const began = from.current
      from.current = null
      if (!began || near) return
      const across = event.clientX - began.x
      if (Math.abs(across) > SWIPE && Math.abs(event.clientY - began.y) < SWIPE) onGo(across < 0 ? 1 : -1)
    },
  }
}
