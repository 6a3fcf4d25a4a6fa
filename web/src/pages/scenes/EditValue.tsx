// Sets a value other than the proposed one.
import { type FormEvent, type KeyboardEvent, useId, useState } from 'react'
import { type Names, useNames } from '../../api/scenes'
import type { ChangeAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { useSearch } from '../library/useSearch'
import { clock, secondsOf } from './facts'
import { isMarker, valueText } from './review'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  change: ChangeAnswer
  /** undefined: unchanged. */
  onDone: (value: unknown) => void
}

const KINDS: Partial<Record<ChangeAnswer['field'], Names>> = {
  performers: 'performers',
  tags: 'tags',
  studio: 'studios',
}
export const DATE = '\\d{4}(-\\d{2}(-\\d{2})?)?'

export function EditValue({ change, onDone }: Props) {
  const { t } = useWords<Word>()
  const marker = isMarker(change.proposed_value) ? change.proposed_value : null
  const [text, type] = useState(marker ? marker.title : valueText(change.proposed_value))
  const [time, setTime] = useState(marker ? clock(marker.seconds) : '')
  const several = Array.isArray(change.proposed_value) && change.proposed_value.length > 1
  const seconds = secondsOf(time)
  const kind = KINDS[change.field]
  const save = (event: FormEvent) => {
    event.preventDefault()
    if (marker) {
      if (seconds !== null) onDone({ title: text.trim(), seconds })
    } else if (several) onDone(text.split(',').flatMap((name) => name.trim() || []))
    else onDone(text.trim())
  }
  const keys = (event: KeyboardEvent) => {
    if (event.key !== 'Escape') return
    event.stopPropagation()
    onDone(undefined)
  }
  const label = t(`scenes.change.${change.field}`)
  return (
    <form className={styles.editValue} onSubmit={save} onKeyDown={keys}>
      {marker && (
        <label>
          <span className="visually-hidden">{t('scenes.marker.at')}</span>
          <input
            required
            value={time}
            pattern="\d+(:\d{1,2}){0,2}"
            aria-invalid={seconds === null}
            onChange={(event) => setTime(event.target.value)}
          />
        </label>
      )}
      {change.field === 'details' ? (
        <textarea
          // biome-ignore lint/a11y/noAutofocus: typing is all that it is for
          autoFocus
          required
          aria-label={label}
          rows={6}
          maxLength={50_000}
          value={text}
          onChange={(event) => type(event.target.value)}
          onKeyDown={(event) => {
            if (event.key === 'Enter' && (event.ctrlKey || event.metaKey)) save(event)
          }}
        />
      ) : kind ? (
        <NameInput kind={kind} label={label} text={text} onType={type} />
      ) : (
        <input
          // biome-ignore lint/a11y/noAutofocus: typing is all that it is for
          autoFocus
          required
          aria-label={label}
          maxLength={500}
          {...(change.field === 'date'
            ? { pattern: DATE, placeholder: '2020-04-19', title: t('scenes.field.dateHint') }
            : {})}
          value={text}
          onChange={(event) => type(event.target.value)}
        />
      )}
      <Button type="submit" kind="primary">
        {t('scenes.editSave')}
      </Button>
      <Button kind="quiet" onPress={() => onDone(undefined)}>
        {t('scenes.editLeave')}
      </Button>
    </form>
  )
}

/** A field for a name, with suggestions from the catalogue. */
function NameInput({
  kind,
  label,
  text,
  onType,
}: {
  kind: Names
  label: string
  text: string
  onType: (text: string) => void
}) {
  const id = useId()
  const [search, setSearch] = useState(text)
  const [typed, type] = useSearch(search, setSearch)
  const names = useNames(kind, search)
  return (
    <>
      <input
        // biome-ignore lint/a11y/noAutofocus: typing is all that it is for
        autoFocus
        required
        aria-label={label}
        maxLength={200}
        list={id}
        value={typed}
        onChange={(event) => {
          type(event.target.value)
          onType(event.target.value)
        }}
      />
      <datalist id={id}>
        {names.data?.pages[0]?.items.map((one) => (
          <option key={one.id} value={one.name} />
        ))}
      </datalist>
    </>
  )
}
