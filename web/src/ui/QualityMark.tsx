import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import styles from './QualityMark.module.css'

/** A result's quality score: a number and a bar of that length. */
export function QualityMark({ score, large }: { score: number | null; large?: boolean }) {
  const { t } = useWords()
  const quantities = useQuantities()
  if (score === null) return <span className={styles.none}>{t('quality.none')}</span>
  return (
    <span className={`${styles.mark} ${large ? styles.large : ''}`}>
      <span className="number">{quantities.percent(100 * score)}</span>
      <span className={styles.track} aria-hidden>
        <span style={{ width: `${100 * score}%` }} />
      </span>
      <span className="visually-hidden">{t('quality')}</span>
    </span>
  )
}
