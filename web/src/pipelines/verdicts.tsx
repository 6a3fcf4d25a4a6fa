// A run's verdict on each file, if it gives one: a grouping that any pipeline can have.
import { useWords } from '../i18n'
import type { Grouping } from './contract'
import styles from './verdicts.module.css'

/** Good, doubtful, bad and nothing, as pipelines call them. */
const TONES: Readonly<Record<string, string>> = {
  aligned: 'good',
  corrected: 'good',
  measured: 'good',
  done: 'good',
  suspect: 'doubtful',
  failed: 'bad',
}

export const VERDICTS = ['failed', 'suspect', 'aligned', 'corrected', 'measured', 'done', 'none'] as const

const known = (value: string) => (VERDICTS as readonly string[]).includes(value)

export function VerdictMark({ value }: { value: string }) {
  const { t } = useWords<string>()
  return (
    <span className={`${styles.mark} ${styles[TONES[value] ?? 'none']}`}>
      <i aria-hidden />
      {known(value) ? t(`verdict.${value}`) : value.replaceAll('_', ' ')}
    </span>
  )
}

export const verdicts: Grouping = {
  key: 'verdict',
  values: VERDICTS,
  of: (file) => (typeof file.verdict === 'string' ? file.verdict : 'none'),
  Mark: VerdictMark,
}
