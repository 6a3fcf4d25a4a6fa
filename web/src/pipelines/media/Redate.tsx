// Corrects the times of photos: shifted, set, on another day or in another zone, or restored.
import { type FormEvent, useId, useState } from 'react'
import { Problem } from '../../api/client'
import type { FileAnswer, Redated } from '../../api/schema'
import { Button, Notice, Select } from '../../ui/controls'
import { useCorrections } from './corrections'
import styles from './Redate.module.css'
import { useOwnWords } from './words'

const WAYS = ['shift', 'set', 'day', 'zone', 'back'] as const
type Way = (typeof WAYS)[number]

export default function Redate({ files, onDone }: { files: readonly FileAnswer[]; onDone: () => void }) {
  const { t, said } = useOwnWords()
  const { made } = useCorrections(files[0]?.job_id ?? '')
  const [way, take] = useState<Way>(files.length === 1 ? 'set' : 'shift')
  const [value, set] = useState<Record<Way, string>>(() => ({
    shift: '',
    set: typeof files[0]?.taken_local === 'string' ? files[0].taken_local : '',
    day: typeof files[0]?.taken_local === 'string' ? files[0].taken_local.slice(0, 10) : '',
    zone: Intl.DateTimeFormat().resolvedOptions().timeZone,
    back: '',
  }))
  const zones = useId()
  const put = (text: string) => set((before) => ({ ...before, [way]: text }))
  const ids = files.map((file) => file.id)
  const apply = (event: FormEvent) => {
    event.preventDefault()
    made.mutate(
      { redate: [change(way, value[way], ids)] },
      { onSuccess: ({ missed }) => !missed && onDone() },
    )
  }
  const field = { value: value[way], required: true, 'aria-label': t(`redate.${way}`) }
  return (
    <form className={styles.form} onSubmit={apply} onKeyDown={(event) => event.stopPropagation()}>
      <Select
        label={t('redate.how')}
        value={way}
        onChange={take}
        options={WAYS.map((one) => [one, t(`redate.${one}`)] as const)}
      />
      {way === 'shift' && (
        <label>
          <input
            {...field}
            type="number"
            step="any"
            min={-900000}
            max={900000}
            onChange={(event) => put(event.target.value)}
          />
          {t('redate.hours')}
        </label>
      )}
      {way === 'set' && (
        <input
          {...field}
          type="datetime-local"
          step={1}
          min="1826-01-01T00:00"
          max="2100-12-31T23:59"
          onChange={(event) => put(event.target.value)}
        />
      )}
      {way === 'day' && (
        <input
          {...field}
          type="date"
          min="1826-01-01"
          max="2100-12-31"
          onChange={(event) => put(event.target.value)}
        />
      )}
      {way === 'zone' && (
        <>
          <input {...field} list={zones} onChange={(event) => put(event.target.value)} />
          <datalist id={zones}>
            {Intl.supportedValuesOf('timeZone').map((zone) => (
              <option key={zone} value={zone} />
            ))}
          </datalist>
        </>
      )}
      <p>{t(`redate.${way}Text`)}</p>
      {made.data && made.data.missed > 0 && (
        <Notice kind="warning" title={t('redate.missed', { count: made.data.missed })} />
      )}
      {made.error && <Notice kind="error" title={sentence(made.error, said)} />}
      <div className={styles.actions}>
        <Button onPress={onDone}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={made.isPending}>
          {t('redate.apply', { count: files.length })}
        </Button>
      </div>
    </form>
  )
}

export const sentence = (error: Error, said: ReturnType<typeof useOwnWords>['said']) =>
  error instanceof Problem
    ? (error.fields[0]?.message ?? said('error', error.code, error.message))
    : String(error)

export function change(way: Way, value: string, files: string[]): Redated {
  switch (way) {
    case 'shift':
      return { files, shift_seconds: Math.round(Number(value) * 3600) }
    case 'set':
      return { files, taken_local: value.length === 16 ? `${value}:00` : value }
    case 'day':
      return { files, date: value }
    case 'zone':
      return { files, timezone: value }
    case 'back':
      return { files }
  }
}
