// The words of a stretch as buttons, for keyboards and screen readers.
import { isUnsure, type Word } from './alignment'
import { timeOf } from './draw'
import styles from './Timeline.module.css'
import { useOwnWords } from './words'

/** The most words shown. */
const LISTED = 80

interface Props {
  words: readonly Word[]
  /** The words of the stretch: from the first to before the last index. */
  first: number
  last: number
  selected: number | null
  onChoose: (n: number) => void
}

export function WordButtons({ words, first, last, selected, onChoose }: Props) {
  const { t } = useOwnWords()
  const listed = words.slice(first, Math.min(last, first + LISTED))
  return (
    <ul className={styles.words} aria-label={t('speech.words')}>
      {listed.map((word, n) => (
        <li key={first + n}>
          <button
            type="button"
            aria-pressed={first + n === selected}
            className={`${isUnsure(word) ? styles.unsure : ''} ${word.kind === 'noise' ? styles.noise : ''}`}
            title={titleOf(word, t)}
            onClick={() => onChoose(first + n)}
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
  )
}

function titleOf(word: Word, t: ReturnType<typeof useOwnWords>['t']): string {
  const parts = [`${timeOf(word.start, 0.1)}–${timeOf(word.end, 0.1)}`]
  if (word.confidence !== null)
    parts.push(t('speech.confidence', { percent: Math.round(100 * word.confidence) }))
  if (word.guessed) parts.push(t('speech.guessed'))
  return parts.join(' · ')
}
