import {
  type Dispatch,
  type SetStateAction,
  useCallback,
  useEffect,
  useId,
  useMemo,
  useRef,
  useState,
} from 'react'
import { useQuantities } from '../../i18n/quantities'
import styles from './Planes.module.css'
import { draw, mostLabelled, PLANES, type Plane, type Slices } from './slices'
import { useOwnWords } from './words'

type Place = readonly [number, number, number]

export function Planes({ volume }: { volume: Slices }) {
  const { t } = useOwnWords()
  const quantities = useQuantities()
  const [place, setPlace] = useState<Place>(() => [
    mostLabelled(volume, 0),
    mostLabelled(volume, 1),
    mostLabelled(volume, 2),
  ])
  const [opacity, setOpacity] = useState(0.5)
  const [hidden, setHidden] = useState<ReadonlySet<number>>(new Set())
  const id = useId()
  const toggle = (value: number) => {
    const next = new Set(hidden)
    if (!next.delete(value)) next.add(value)
    setHidden(next)
  }
  return (
    <section className={styles.volume} aria-label={t('volume.slices')}>
      <div className={styles.planes}>
        {PLANES.map((plane) => (
          <PlaneView
            key={plane.name}
            volume={volume}
            plane={plane}
            place={place}
            opacity={opacity}
            hidden={hidden}
            onPlace={setPlace}
          />
        ))}
      </div>
      <p className={styles.help}>{t('plane.help')}</p>
      <div className={styles.tools}>
        <label htmlFor={id}>
          {t('volume.opacity')}
          <input
            id={id}
            type="range"
            min={0}
            max={1}
            step={0.05}
            value={opacity}
            onChange={(e) => setOpacity(e.target.valueAsNumber)}
          />
          <output className="number">{quantities.percent(100 * opacity)}</output>
        </label>
        <fieldset className={styles.labels}>
          <legend className="visually-hidden">{t('volume.labels')}</legend>
          {volume.labels.map((label) => (
            <label key={label.value}>
              <input
                type="checkbox"
                checked={!hidden.has(label.value)}
                onChange={() => toggle(label.value)}
              />
              <span className={styles.swatch} style={{ background: label.colour }} />
              {label.region}
            </label>
          ))}
        </fieldset>
      </div>
    </section>
  )
}

interface PlaneProps {
  volume: Slices
  plane: Plane
  place: Place
  opacity: number
  hidden: ReadonlySet<number>
  onPlace: Dispatch<SetStateAction<Place>>
}

function PlaneView({ volume, plane, place, opacity, hidden, onPlace }: PlaneProps) {
  const { t } = useOwnWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const at = place[plane.axis]
  const width = volume.size[plane.across]
  const height = volume.size[plane.up]
  const last = volume.size[plane.axis] - 1
  const name = t(`plane.${plane.name}`)
  const pixels = useMemo(() => draw(volume, plane, at, opacity, hidden), [volume, plane, at, opacity, hidden])

  useEffect(() => {
    canvas.current
      ?.getContext('2d')
      ?.putImageData(new ImageData(pixels.data, pixels.width, pixels.height), 0, 0)
  }, [pixels])

  const move = useCallback(
    (to: (now: number) => number) =>
      onPlace(
        (now) =>
          now.map((old, axis) =>
            axis === plane.axis ? Math.min(Math.max(to(old), 0), last) : old,
          ) as unknown as Place,
      ),
    [onPlace, plane, last],
  )
  // The wheel belongs to the page until a plane is chosen, or Ctrl is held. React's own listener can't prevent the
  // default.
  useEffect(() => {
    const element = canvas.current
    const turn = (event: WheelEvent) => {
      if (!event.ctrlKey && !element?.closest('figure')?.contains(document.activeElement)) return
      event.preventDefault()
      move((now) => now + Math.sign(event.deltaY))
    }
    element?.addEventListener('wheel', turn, { passive: false })
    return () => element?.removeEventListener('wheel', turn)
  }, [move])

  const point = (event: React.MouseEvent<HTMLCanvasElement>) => {
    const box = event.currentTarget.getBoundingClientRect()
    const next = [...place] as [number, number, number]
    const across = Math.floor(((event.clientX - box.left) / box.width) * width)
    const up = Math.floor(((event.clientY - box.top) / box.height) * height)
    next[plane.across] = Math.min(Math.max(width - 1 - across, 0), width - 1)
    next[plane.up] = Math.min(Math.max(height - 1 - up, 0), height - 1)
    onPlace(next)
  }
  const ratio = (width * volume.spacing[plane.across]) / (height * volume.spacing[plane.up])
  const x = `${100 * (1 - (place[plane.across] + 0.5) / width)}%`
  const y = `${100 * (1 - (place[plane.up] + 0.5) / height)}%`

  return (
    <figure className={styles.plane}>
      <div className={styles.stage}>
        <div
          className={styles.picture}
          style={{ aspectRatio: String(ratio), ...(ratio >= 1 ? { width: '100%' } : { height: '100%' }) }}
        >
          <canvas
            ref={canvas}
            width={width}
            height={height}
            role="img"
            aria-label={t('plane.slice', { plane: name, at: at + 1, count: last + 1 })}
            tabIndex={-1}
            onPointerDown={(event) => {
              // A finger may be about to scroll: it points once it has moved sideways, or has only tapped.
              if (event.pointerType === 'touch') return
              event.currentTarget.setPointerCapture(event.pointerId)
              point(event)
            }}
            onPointerMove={(event) => event.buttons && point(event)}
            onClick={point}
          />
          <span className={styles.vertical} style={{ left: x }} />
          <span className={styles.horizontal} style={{ top: y }} />
        </div>
        {plane.letters.map((letter, n) => (
          <span
            key={n}
            className={`${styles.letter} ${[styles.left, styles.right, styles.top, styles.bottom][n]}`}
            aria-hidden
          >
            {letter}
          </span>
        ))}
      </div>
      <figcaption>
        <span>{name}</span>
        <input
          type="range"
          aria-label={t('plane.choose', { plane: name })}
          min={0}
          max={last}
          value={at}
          onChange={({ target }) => move(() => target.valueAsNumber)}
        />
        <output className="number">
          {at + 1} / {last + 1}
        </output>
      </figcaption>
    </figure>
  )
}
