// A recording over time: its loudness, its words and their phones. A word is played by a click, or from the keyboard.
import { ChevronLeft, ChevronRight, Minus, Pause, Play, Plus, TriangleAlert } from 'lucide-react'
import {
  type KeyboardEvent,
  type PointerEvent,
  useCallback,
  useEffect,
  useMemo,
  useRef,
  useState,
} from 'react'
import { Button } from '../../ui/controls'
import { isUnsure, type Word, within } from './alignment'
import { HEIGHTS, timeOf, type View } from './draw'
import { edgeNear } from './moving'
import styles from './Timeline.module.css'
import { usePainting } from './usePainting'
import type { Peaks } from './waveform'
import { useOwnWords } from './words'

interface Props {
  words: readonly Word[]
  seconds: number
  peaks: Peaks | undefined
  /** Where the sound is; without it nothing can be played. */
  url: string | undefined
  /** Moves the boundary that lies at `edge`; gives where it has come to lie. */
  onMove: (edge: number, to: number) => number
}

const SHORTEST = 0.5
const FIRST = 8
const ZOOM = 1.8
/** So many words of the window stand below it as buttons. */
const LISTED = 80
/** Pixels that a pointer may move and still click. */
const STILL = 5
/** Pixels beside a boundary at which it is taken hold of: by a mouse, by a finger. */
const GRIP = 5
const FINGER = 14

export function Timeline({ words, seconds, peaks, url, onMove }: Props) {
  const { t } = useOwnWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const audio = useRef<HTMLAudioElement>(null)
  const [view, setView] = useState<View>({ from: 0, length: Math.max(SHORTEST, Math.min(FIRST, seconds)) })
  const [selected, select] = useState<number | null>(null)
  const [at, setAt] = useState(0)
  const [playing, setPlaying] = useState(false)
  const until = useRef(Number.POSITIVE_INFINITY)

  const clamp = useCallback(
    ({ from, length }: View): View => {
      const long = Math.min(Math.max(length, SHORTEST), Math.max(seconds, SHORTEST))
      return { length: long, from: Math.min(Math.max(from, 0), Math.max(0, seconds - long)) }
    },
    [seconds],
  )
  const look = useCallback((to: View) => setView(clamp(to)), [clamp])
  const zoom = (by: number, around = view.from + view.length / 2) => {
    const length = view.length * by
    look({ length, from: around - ((around - view.from) / view.length) * length })
  }
  const reveal = (time: number) =>
    setView((now) =>
      time >= now.from && time <= now.from + now.length
        ? now
        : clamp({ ...now, from: time - now.length / 4 }),
    )

  const width = usePainting(canvas, { view, seconds, words, peaks, selected, at })

  // While it plays, where it is; a word ends where it ends.
  useEffect(() => {
    if (!playing) return
    let frame = 0
    const step = () => {
      const sound = audio.current
      if (!sound) return
      if (sound.currentTime >= until.current) sound.pause()
      setAt(sound.currentTime)
      setView((now) =>
        sound.currentTime > now.from + now.length ? clamp({ ...now, from: sound.currentTime }) : now,
      )
      frame = requestAnimationFrame(step)
    }
    frame = requestAnimationFrame(step)
    return () => cancelAnimationFrame(frame)
  }, [playing, clamp])

  const play = (start: number, end: number) => {
    const sound = audio.current
    setAt(start)
    if (!sound || !url) return
    until.current = end
    sound.currentTime = start
    // A browser that can't play the kind says so by an error of its own; the words are shown all the same.
    void sound.play().catch(() => setPlaying(false))
  }
  const choose = (n: number | null) => {
    const word = n === null ? undefined : words[n]
    select(word ? n : null)
    if (!word) return
    reveal(word.start)
    play(word.start, word.end)
  }
  const toggle = () => {
    if (playing) audio.current?.pause()
    else play(at >= seconds - 0.05 ? 0 : at, Number.POSITIVE_INFINITY)
  }
  const unsure = useMemo(() => words.flatMap((word, n) => (isUnsure(word) ? [n] : [])), [words])
  const nextUnsure = () => choose(unsure.find((n) => n > (selected ?? -1)) ?? unsure[0] ?? null)

  const keys = (event: KeyboardEvent) => {
    if (event.ctrlKey || event.metaKey || event.altKey) return
    const actions: Record<string, () => void> = {
      ArrowRight: () => choose(Math.min(words.length - 1, (selected ?? -1) + 1)),
      ArrowLeft: () => choose(Math.max(0, (selected ?? 1) - 1)),
      ' ': toggle,
      '+': () => zoom(1 / ZOOM),
      '-': () => zoom(ZOOM),
      n: nextUnsure,
    }
    const action = actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }

  const held = useRef<{ x: number; from: number; moved: boolean; edge: number | null } | null>(null)
  const timeAt = (event: { clientX: number; currentTarget: Element }) =>
    view.from + ((event.clientX - event.currentTarget.getBoundingClientRect().left) / width) * view.length
  /** The boundary below the pointer; above the words there is none to take hold of. */
  const edgeAt = (event: PointerEvent<HTMLCanvasElement>) => {
    const below = event.clientY - event.currentTarget.getBoundingClientRect().top - HEIGHTS.wave
    if (below < 0 || below > HEIGHTS.words + HEIGHTS.phones) return null
    const [first, last] = within(words, view.from, view.from + view.length)
    const grip = event.pointerType === 'mouse' ? GRIP : FINGER
    return edgeNear(words.slice(first, last), timeAt(event), (grip / width) * view.length)
  }
  const down = (event: PointerEvent<HTMLCanvasElement>) => {
    held.current = { x: event.clientX, from: view.from, moved: false, edge: edgeAt(event) }
    event.currentTarget.setPointerCapture(event.pointerId)
  }
  const move = (event: PointerEvent<HTMLCanvasElement>) => {
    const now = held.current
    if (!now || !event.buttons) {
      event.currentTarget.style.cursor = edgeAt(event) === null ? '' : 'ew-resize'
      return
    }
    if (Math.abs(event.clientX - now.x) > STILL) now.moved = true
    if (now.moved && now.edge !== null) now.edge = onMove(now.edge, timeAt(event))
    else if (now.moved) look({ ...view, from: now.from - ((event.clientX - now.x) / width) * view.length })
  }
  const up = (event: PointerEvent<HTMLCanvasElement>) => {
    const now = held.current
    held.current = null
    if (!now || now.moved) return
    const time = timeAt(event)
    const [first, last] = within(words, time, time + 1e-6)
    if (last > first) choose(first)
    else {
      select(null)
      setAt(time)
    }
  }
  useEffect(() => {
    const element = canvas.current
    const turn = (event: WheelEvent) => {
      // Up and down is the page's; aside, and with Ctrl, it is the recording's.
      if (!event.ctrlKey && Math.abs(event.deltaX) <= Math.abs(event.deltaY)) return
      event.preventDefault()
      const { left, width: wide } = element!.getBoundingClientRect()
      const around = view.from + ((event.clientX - left) / wide) * view.length
      const by = event.ctrlKey ? Math.exp(event.deltaY / 200) : 1
      const from = event.ctrlKey
        ? around - ((around - view.from) / view.length) * view.length * by
        : view.from + (event.deltaX / wide) * view.length
      look({ length: view.length * by, from })
    }
    element?.addEventListener('wheel', turn, { passive: false })
    return () => element?.removeEventListener('wheel', turn)
  }, [view, look])

  const [first, last] = within(words, view.from, view.from + view.length)
  const word = selected === null ? undefined : words[selected]
  const listed = words.slice(first, Math.min(last, first + LISTED))
  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work anywhere in the recording
    <div className={styles.timeline} onKeyDown={keys}>
      <div className={styles.tools}>
        <Button
          kind="primary"
          icon={playing ? Pause : Play}
          label={t(playing ? 'speech.pause' : 'speech.play')}
          isDisabled={!url}
          onPress={toggle}
        />
        <Button
          icon={ChevronLeft}
          label={t('speech.before')}
          onPress={() => choose(Math.max(0, (selected ?? 1) - 1))}
        />
        <Button
          icon={ChevronRight}
          label={t('speech.after')}
          onPress={() => choose(Math.min(words.length - 1, (selected ?? -1) + 1))}
        />
        <Button icon={Minus} label={t('zoom.out')} onPress={() => zoom(ZOOM)} />
        <Button icon={Plus} label={t('zoom.in')} onPress={() => zoom(1 / ZOOM)} />
        {unsure.length > 0 && (
          <Button icon={TriangleAlert} onPress={nextUnsure}>
            {t('speech.unsure', { count: unsure.length })}
          </Button>
        )}
        <output className="number">
          {timeOf(at, 0.1)} / {timeOf(seconds, 0.1)}
        </output>
      </div>
      <div className={styles.stage}>
        <canvas
          ref={canvas}
          className={styles.canvas}
          role="img"
          aria-label={t('speech.stretch', {
            from: timeOf(view.from, 0.1),
            to: timeOf(view.from + view.length, 0.1),
            count: last - first,
          })}
          onPointerDown={down}
          onPointerMove={move}
          onPointerUp={up}
        />
      </div>
      {seconds > view.length && (
        <input
          type="range"
          className={styles.scroll}
          aria-label={t('speech.place')}
          aria-valuetext={timeOf(view.from, 0.1)}
          min={0}
          max={Math.max(0, seconds - view.length)}
          step={0.05}
          value={view.from}
          onChange={(event) => look({ ...view, from: event.target.valueAsNumber })}
          onKeyDown={(event) => event.stopPropagation()}
        />
      )}
      <ul className={styles.words} aria-label={t('speech.words')}>
        {listed.map((word, n) => (
          <li key={first + n}>
            <button
              type="button"
              aria-pressed={first + n === selected}
              className={`${isUnsure(word) ? styles.unsure : ''} ${word.kind === 'noise' ? styles.noise : ''}`}
              title={titleOf(word, t)}
              onClick={() => choose(first + n)}
            >
              {word.label}
              {isUnsure(word) && <span className="visually-hidden"> {t('speech.isUnsure')}</span>}
            </button>
          </li>
        ))}
        {last - first > LISTED && (
          <li className={styles.more}>{t('speech.moreWords', { count: last - first - LISTED })}</li>
        )}
      </ul>
      {word && (
        <fieldset className={styles.times}>
          <legend>{t('speech.timesOf', { word: word.label })}</legend>
          {(['start', 'end'] as const).map((side) => (
            <label key={side}>
              {t(`speech.${side}`)}
              <input
                type="number"
                step={0.01}
                min={0}
                max={seconds}
                value={word[side].toFixed(3)}
                onChange={(event) =>
                  Number.isFinite(event.target.valueAsNumber) &&
                  onMove(word[side], event.target.valueAsNumber)
                }
                onKeyDown={(event) => event.stopPropagation()}
              />
            </label>
          ))}
        </fieldset>
      )}
      {/* biome-ignore lint/a11y/useMediaCaption: its words stand above, each where it is said */}
      <audio
        ref={audio}
        crossOrigin="anonymous"
        src={url}
        preload="metadata"
        onPlay={() => setPlaying(true)}
        onPause={() => setPlaying(false)}
        onEnded={() => setPlaying(false)}
      />
    </div>
  )
}

function titleOf(word: Word, t: ReturnType<typeof useOwnWords>['t']): string {
  const parts = [`${timeOf(word.start, 0.1)}–${timeOf(word.end, 0.1)}`]
  if (word.confidence !== null)
    parts.push(t('speech.confidence', { percent: Math.round(100 * word.confidence) }))
  if (word.guessed) parts.push(t('speech.guessed'))
  return parts.join(' · ')
}
