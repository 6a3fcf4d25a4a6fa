import { Radio, RadioGroup } from 'react-aria-components'
import type { PipelineAnswer } from '../api/schema'
import { useWords } from '../i18n'
import { pageOf } from '../pipelines'
import styles from './PipelineChoice.module.css'

interface Props {
  pipelines: readonly PipelineAnswer[]
  value: string
  onChange: (name: string) => void
  /** Several side by side, where there is room. */
  wide?: boolean
}

/** The choice of a job's pipeline. */
export function PipelineChoice({ pipelines, value, onChange, wide = false }: Props) {
  const { t, said } = useWords()
  return (
    <RadioGroup
      aria-label={t('pipeline')}
      value={value}
      onChange={onChange}
      className={(wide ? styles.wide : styles.choice)!}
    >
      {pipelines.map((one) => {
        const { Icon } = pageOf(one.name)
        return (
          <Radio key={one.name} value={one.name} className={styles.pipeline!}>
            <Icon aria-hidden size={22} strokeWidth={1.6} />
            <span>{said('pipeline', one.name, one.title)}</span>
          </Radio>
        )
      })}
    </RadioGroup>
  )
}
