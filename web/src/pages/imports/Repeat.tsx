// A schedule that repeats the same import.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { CalendarClock } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { addSchedule } from '../../api/imports'
import { useWords } from '../../i18n'
import { Button, Select } from '../../ui/controls'
import { folderName } from './crumbs'
import styles from './ImportPage.module.css'
import { Said } from './Said'
import { RHYTHMS, type Rhythm, timing } from './timing'
import { useRequestKey } from './useRequestKey'
import type { Word } from './words'

interface Wanted {
  path: string
  recursive: boolean
  pipeline: string
  options: Record<string, unknown>
  name?: string
}

export function Repeat({ wanted, onMade }: { wanted: Wanted; onMade: () => void }) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const [name, setName] = useState(wanted.name ?? folderName(wanted.path))
  const [rhythm, setRhythm] = useState<Rhythm>('day')
  const [time, setTime] = useState('03:00')
  const zone = Intl.DateTimeFormat().resolvedOptions().timeZone || 'UTC'
  const keyOf = useRequestKey()
  const made = useMutation({
    mutationFn: () => {
      const body = { ...wanted, name: name.trim(), ...timing(rhythm, time, zone) }
      return addSchedule(body, keyOf(body))
    },
    onSuccess: async () => {
      await client.invalidateQueries({ queryKey: ['schedules'] })
      onMade()
    },
  })
  const make = (event: FormEvent) => {
    event.preventDefault()
    made.mutate()
  }
  return (
    <form className={styles.sheet} onSubmit={make}>
      <p className={styles.note}>{t('import.repeat.text')}</p>
      <Said error={made.error} />
      <label className={styles.field}>
        {t('import.repeat.name')}
        <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <Select<Rhythm>
        label={t('import.repeat.when')}
        value={rhythm}
        onChange={setRhythm}
        options={RHYTHMS.map((one) => [one, t(`import.repeat.${one}`)] as const)}
      />
      {(rhythm === 'day' || rhythm === 'week') && (
        <label className={styles.field}>
          {t('import.repeat.at', { zone: zone.replaceAll('_', ' ') })}
          <input required type="time" value={time} onChange={(event) => setTime(event.target.value)} />
        </label>
      )}
      <div className={styles.actions}>
        <Button kind="primary" type="submit" icon={CalendarClock} busy={made.isPending}>
          {t('import.repeat.make')}
        </Button>
      </div>
    </form>
  )
}
