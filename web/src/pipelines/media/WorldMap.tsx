// Photos by the place where they were taken, on an outline of the world; photos close together share one mark.
import { Minus, Plus, Scan } from 'lucide-react'
import { type KeyboardEvent, type PointerEvent, useEffect, useMemo, useRef, useState } from 'react'
import land from 'world-atlas/land-110m.json'
import { Button } from '../../ui/controls'
import { Thumbnail } from '../../ui/Thumbnail'
import type { JobView } from '../contract'
import styles from './WorldMap.module.css'
import { useOwnWords } from './words'
import { around, type Cluster, clusters, NEAREST, outline, type Point, placed, type View } from './world'

const MARK = 56
const PATH = outline(land)

export default function WorldMap({ files, onFile }: JobView) {
  const { t } = useOwnWords()
  const box = useRef<HTMLDivElement>(null)
  const [room, measure] = useState({ width: 0, height: 0 })
  useEffect(() => {
    const element = box.current
    if (!element) return
    const watcher = new ResizeObserver(() =>
      measure({ width: element.clientWidth, height: element.clientHeight }),
    )
    watcher.observe(element)
    return () => watcher.disconnect()
  }, [])
  const points = useMemo(
    () =>
      files.flatMap((file, place): Point[] => {
        const gps = file?.gps as { latitude: number; longitude: number } | null | undefined
        return gps ? [{ ...placed(gps), place }] : []
      }),
    [files],
  )
  const ratio = room.height ? room.width / room.height : 2
  const [chosen, choose] = useState<View | null>(null)
  const view = useMemo(() => chosen ?? around(points, ratio), [chosen, points, ratio])
  const perPixel = room.width ? view.width / room.width : 1
  const found = useMemo(() => clusters(points, MARK * perPixel), [points, perPixel])
  const height = view.width / ratio
  const [left, top] = [view.x - view.width / 2, view.y - height / 2]
  const seen = found.filter(
    (one) => one.x > left && one.x < left + view.width && one.y > top && one.y < top + height,
  )
  // A pointer moves more often than the page is drawn: each step continues from the last, drawn or not.
  const go = (to: (from: View) => View) => choose((now) => to(now ?? view))
  const scale = (by: number) =>
    go((from) => ({ ...from, width: Math.min(1, Math.max(NEAREST, from.width / by)) }))
  const pan = (x: number, y: number) => go((from) => ({ ...from, x: from.x + x, y: from.y + y }))
  const open = (cluster: Cluster) => {
    const next = around(cluster.members, ratio, Math.max(NEAREST, view.width / 8))
    // One photo, or several at one spot that no zoom separates.
    if (cluster.members.length === 1 || next.width >= view.width * 0.95) onFile(cluster.members[0]!.place)
    else choose(next)
  }
  const keys = (event: KeyboardEvent) => {
    const step = view.width / 6
    const actions: Record<string, () => void> = {
      ArrowLeft: () => pan(-step, 0),
      ArrowRight: () => pan(step, 0),
      ArrowUp: () => pan(0, -step),
      ArrowDown: () => pan(0, step),
      '+': () => scale(2),
      '-': () => scale(0.5),
    }
    const action = actions[event.key]
    if (!action || event.ctrlKey || event.metaKey) return
    event.preventDefault()
    action()
  }
  const drag = (event: PointerEvent) => {
    if (event.buttons !== 1 || event.pointerType === 'touch') return
    pan(-event.movementX * perPixel, -event.movementY * perPixel)
  }
  return (
    <section className={styles.map} aria-label={t('map.label', { count: points.length })}>
      <p>{t('map.text', { count: points.length })}</p>
      {/* biome-ignore lint/a11y/noStaticElementInteractions: the marks are the buttons; the keys move the view */}
      <div ref={box} className={styles.world} onKeyDown={keys} onPointerMove={drag}>
        <svg viewBox={`${left} ${top} ${view.width} ${height}`} preserveAspectRatio="none" aria-hidden="true">
          <path d={PATH} />
        </svg>
        {seen.map((one) => {
          const first = files[one.members[0]!.place]
          const count = one.members.length
          return (
            <button
              key={one.members[0]!.place}
              type="button"
              className={styles.mark}
              style={{ left: `${(one.x - left) / perPixel}px`, top: `${(one.y - top) / perPixel}px` }}
              aria-label={count === 1 ? first?.original_filename : t('map.mark', { count })}
              onClick={() => open(one)}
            >
              <Thumbnail of={first?.thumbnail} className={styles.face} alt="" />
              {count > 1 && <span className="number">{count}</span>}
            </button>
          )
        })}
        <div className={styles.tools}>
          <Button icon={Plus} label={t('map.nearer')} onPress={() => scale(2)} />
          <Button icon={Minus} label={t('map.further')} onPress={() => scale(0.5)} />
          <Button icon={Scan} label={t('map.all')} onPress={() => choose(null)} />
        </div>
      </div>
      <p className={styles.source}>{t('map.source')}</p>
    </section>
  )
}
