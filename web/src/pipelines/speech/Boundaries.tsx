// The start and end of a word, as numbers.
import type { Word } from './alignment'
import styles from './Timeline.module.css'
import { useOwnWords } from './words'

interface Props {
  word: Word
  /** The recording's length. */
  seconds: number
  onMove: (edge: number, to: number) => number
}

export function Boundaries({ word, seconds, onMove }: Props) {
  const { t } = useOwnWords()
  return (
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
              Number.isFinite(event.target.valueAsNumber) && onMove(word[side], event.target.valueAsNumber)
            }
            onKeyDown={(event) => event.stopPropagation()}
          />
        </label>
      ))}
    </fieldset>
  )
}
