// A recording over time: its loudness, its words and their phones. A click or a key plays a word.
import { ChevronLeft, ChevronRight, Minus, Pause, Play, Plus, TriangleAlert } from 'lucide-react'
import { type KeyboardEvent, useMemo, useRef, useState } from 'react'
import { Button } from '../../ui/controls'
import { isUnsure, type Word, within } from './alignment'
import { Boundaries } from './Boundaries'
import { timeOf } from './draw'
import styles from './Timeline.module.css'
import { usePainting } from './usePainting'
import { usePlayer } from './usePlayer'
import { usePointing } from './usePointing'
import { useView } from './useView'
import { WordButtons } from './WordButtons'
import type { Peaks } from './waveform'
import { useOwnWords } from './words'

interface Props {
  words: readonly Word[]
  seconds: number
  peaks: Peaks | undefined
  /** The address of the sound; without it nothing can be played. */
  url: string | undefined
  /** Moves the boundary at `edge`; returns its new time. */
  onMove: (edge: number, to: number) => number
}

const ZOOM = 1.8

export function Timeline({ words, seconds, peaks, url, onMove }: Props) {
  const { t } = useOwnWords()
  const canvas = useRef<HTMLCanvasElement>(null)
  const [selected, select] = useState<number | null>(null)
  const { view, look, zoom, reveal, follow } = useView(seconds)
  const { audio, events, at, setAt, playing, play, toggle } = usePlayer(url, seconds, follow)
  const width = usePainting(canvas, { view, seconds, words, peaks, selected, at })

  const choose = (n: number | null) => {
    const word = n === null ? undefined : words[n]
    select(word ? n : null)
    if (!word) return
    reveal(word.start)
    play(word.start, word.end)
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

  const pointing = usePointing({
    canvas,
    width,
    view,
    look,
    zoom,
    words,
    onMove,
    onWord: choose,
    onTime: (time) => {
      select(null)
      setAt(time)
    },
  })

  const [first, last] = within(words, view.from, view.from + view.length)
  const word = selected === null ? undefined : words[selected]
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
          {...pointing}
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
          onChange={({ target }) => look(({ length }) => ({ length, from: target.valueAsNumber }))}
          onKeyDown={(event) => event.stopPropagation()}
        />
      )}
      <WordButtons words={words} first={first} last={last} selected={selected} onChoose={choose} />
      {word && <Boundaries word={word} seconds={seconds} onMove={onMove} />}
      {/* No captions: its words stand above, each where it is said. */}
      <audio ref={audio} crossOrigin="anonymous" src={url} preload="metadata" {...events} />
    </div>
  )
}
