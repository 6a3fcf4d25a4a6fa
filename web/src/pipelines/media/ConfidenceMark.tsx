import styles from './ConfidenceMark.module.css'
import type { Confidence } from './confidence'
import { useOwnWords } from './words'

const BARS = { high: 3, medium: 2, low: 1, none: 0 } satisfies Record<Confidence, number>

/** The confidence of a time: three bars and a word, so that it doesn't depend on colour. */
export function ConfidenceMark({ confidence, short }: { confidence: Confidence; short?: boolean }) {
  const { t } = useOwnWords()
  return (
    <span className={styles.mark} {...(short ? { title: t(`confidence.${confidence}`) } : {})}>
      <svg viewBox="0 0 14 12" width="14" height="12" aria-hidden="true">
        {[0, 1, 2].map((n) => (
          <rect
            key={n}
            x={5 * n}
            y={8 - 4 * n}
            width="4"
            height={4 + 4 * n}
            rx="1"
            className={n < BARS[confidence] ? styles.on : styles.off}
          />
        ))}
      </svg>
      <span className={short ? 'visually-hidden' : ''}>{t(`confidence.${confidence}`)}</span>
    </span>
  )
}
