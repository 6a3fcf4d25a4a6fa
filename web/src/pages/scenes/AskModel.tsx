// The choice of a language model besides the rules, and its budget.
import { useQuery } from '@tanstack/react-query'
import { useId } from 'react'
import { tryServer, useConnections } from '../../api/scenes'
import type { AiOptions } from '../../api/schema'
import { useWords } from '../../i18n'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

export const BUDGET = 1_000_000
const LEAST = 1000
const MOST = 1_000_000_000

interface Props {
  value: AiOptions | null
  onChange: (value: AiOptions | null) => void
}

export function AskModel({ value, onChange }: Props) {
  const { t, said } = useWords<Word>()
  const id = useId()
  const connections = useConnections()
  const servers = connections.data?.filter((one) => one.kind === 'openai') ?? []
  const connection = value?.connection_id ?? ''
  const models = useQuery({
    queryKey: ['models', connection],
    queryFn: () => tryServer('openai', { connection_id: connection }),
    enabled: connection !== '',
    staleTime: 60_000,
  })
  if (!servers.length) return null
  return (
    <>
      <label className={styles.field}>
        {t('scenes.ai')}
        <select
          value={connection}
          onChange={({ target }) =>
            onChange(target.value ? { connection_id: target.value, model: '', token_budget: BUDGET } : null)
          }
        >
          <option value="">{t('scenes.ai.none')}</option>
          {servers.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
        </select>
        <span className={styles.hint}>{t('scenes.ai.text')}</span>
      </label>
      {value && (
        <>
          <label className={styles.field}>
            {t('scenes.ai.model')}
            <input
              required
              maxLength={200}
              list={id}
              value={value.model}
              onChange={({ target }) => onChange({ ...value, model: target.value })}
            />
            <datalist id={id}>
              {models.data?.models?.map((one) => (
                <option key={one} value={one} />
              ))}
            </datalist>
            {models.data && !models.data.ok && (
              <span className={styles.fault}>
                {said('error', models.data.code ?? '', models.data.message ?? '')}
              </span>
            )}
          </label>
          <label className={styles.field}>
            {t('scenes.ai.budget')}
            <input
              required
              type="number"
              min={LEAST}
              max={MOST}
              step={1}
              value={value.token_budget}
              onChange={({ target }) => onChange({ ...value, token_budget: target.valueAsNumber })}
            />
          </label>
          <label>
            <input
              type="checkbox"
              checked={value.frames ?? false}
              onChange={({ target }) => onChange({ ...value, frames: target.checked })}
            />
            {t('scenes.ai.frames')}
          </label>
        </>
      )}
    </>
  )
}
