// All filters of scenes, and those that are set.
import { ChevronDown, SlidersHorizontal, X } from 'lucide-react'
import { type ReactNode, useEffect, useId, useRef, useState } from 'react'
import { Button as AriaButton, Dialog, DialogTrigger, Popover } from 'react-aria-components'
import { type Names, useNamesOf } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button, Select } from '../../ui/controls'
import styles from './Filters.module.css'
import { NameList } from './NameList'
import type { Word } from './ScenesPages'
import { type Choice, FILTERS, type Filter, type ScenesWanted, setOf } from './wanted'

interface Props {
  wanted: ScenesWanted
  onChange: (changes: Record<string, string>) => void
}

const FLAGS = ['organized', 'analyzed', 'active', 'absent'] as const
const LISTS: readonly (readonly [Filter & ('performers' | 'tags' | 'exclude'), Names])[] = [
  ['performers', 'performers'],
  ['tags', 'tags'],
  ['exclude', 'tags'],
]

export function Filters({ wanted, onChange }: Props) {
  const { t } = useWords<Word>()
  const [open, setOpen] = useState(false)
  const id = useId()
  const count = setOf(wanted).filter((name) => name !== 'search').length
  return (
    <>
      <span className={styles.opener}>
        <Button
          icon={SlidersHorizontal}
          aria-expanded={open}
          aria-controls={id}
          onPress={() => setOpen(!open)}
        >
          {count ? t('scenes.filters.count', { count }) : t('scenes.filters')}
        </Button>
      </span>
      <div id={id} className={`${styles.filters} ${open ? '' : styles.closed}`}>
        <Chooser label={t('scenes.filter.studio')} count={wanted.studio ? 1 : 0}>
          <NameList
            single
            kind="studios"
            label={t('scenes.filter.studio')}
            chosen={wanted.studio ? [wanted.studio] : []}
            onChoose={([one]) => onChange({ studio: one ?? '' })}
          />
        </Chooser>
        {LISTS.map(([name, kind]) => (
          <Chooser key={name} label={t(`scenes.filter.${name}`)} count={wanted[name].length}>
            <NameList
              kind={kind}
              label={t(`scenes.filter.${name}`)}
              chosen={wanted[name]}
              onChoose={(ids) => onChange({ [FILTERS[name]]: ids.join() })}
            />
          </Chooser>
        ))}
        {FLAGS.map((name) => (
          <Select<Choice>
            key={name}
            label={t(`scenes.filter.${name}`)}
            value={wanted[name]}
            onChange={(value) => onChange({ [FILTERS[name]]: value })}
            options={[
              ['', t('scenes.filter.any')],
              ['yes', t('yes')],
              ['no', t('no')],
            ]}
          />
        ))}
        <span className={styles.span}>
          {(['from', 'to'] as const).map((name) => (
            <Day
              key={name}
              label={t(`scenes.filter.${name}`)}
              value={wanted[name]}
              onChange={(value) => onChange({ [name]: value })}
            />
          ))}
        </span>
      </div>
    </>
  )
}

/** A day takes effect once it is complete. */
function Day({
  label,
  value,
  onChange,
}: {
  label: string
  value: string
  onChange: (value: string) => void
}) {
  const input = useRef<HTMLInputElement>(null)
  // The filter may change by other means, such as a link or the back button; while the user types, the field keeps the
  // typed text.
  useEffect(() => {
    const field = input.current
    if (field && field.value !== value && document.activeElement !== field) field.value = value
  }, [value])
  return (
    <label className={styles.date}>
      <span>{label}</span>
      <input
        ref={input}
        type="date"
        defaultValue={value}
        min="1800-01-01"
        max="2200-12-31"
        onChange={({ target }) => {
          if (target.value !== value && (target.value ? target.checkValidity() : !target.validity.badInput))
            onChange(target.value)
        }}
      />
    </label>
  )
}

function Chooser({ label, count, children }: { label: string; count: number; children: ReactNode }) {
  return (
    <DialogTrigger>
      <AriaButton className={styles.chooser!}>
        {label}
        {count > 0 && <span className={`number ${styles.number}`}>{count}</span>}
        <ChevronDown aria-hidden size={16} />
      </AriaButton>
      <Popover className={styles.popover!} placement="bottom start">
        <Dialog className={styles.dialog!} aria-label={label}>
          {children}
        </Dialog>
      </Popover>
    </DialogTrigger>
  )
}

/** The set filters, each with a button to clear it. */
export function SetFilters({ wanted, onChange, onClear }: Props & { onClear: () => void }) {
  const { t } = useWords<Word>()
  const performers = useNamesOf('performers', wanted.performers)
  const tags = useNamesOf('tags', [...wanted.tags, ...wanted.exclude])
  const studios = useNamesOf('studios', wanted.studio ? [wanted.studio] : [])
  const unset: (readonly [key: string, text: string, changes: Record<string, string>])[] = []
  if (wanted.studio)
    unset.push(['studio', `${t('scenes.filter.studio')}: ${studios(wanted.studio) ?? '…'}`, { studio: '' }])
  for (const [name] of LISTS)
    for (const id of wanted[name])
      unset.push([
        `${name} ${id}`,
        `${t(`scenes.filter.${name}`)}: ${(name === 'performers' ? performers : tags)(id) ?? '…'}`,
        { [FILTERS[name]]: wanted[name].filter((one) => one !== id).join() },
      ])
  for (const name of FLAGS)
    if (wanted[name])
      unset.push([
        name,
        `${t(`scenes.filter.${name}`)}: ${t(wanted[name] === 'yes' ? 'yes' : 'no')}`,
        { [FILTERS[name]]: '' },
      ])
  for (const name of ['from', 'to'] as const)
    if (wanted[name]) unset.push([name, `${t(`scenes.filter.${name}`)} ${wanted[name]}`, { [name]: '' }])
  if (!unset.length) return null
  return (
    <ul className={styles.set} aria-label={t('scenes.filters.set')}>
      {unset.map(([key, text, changes]) => (
        <li key={key}>
          <button
            type="button"
            onClick={() => onChange(changes)}
            aria-label={t('scenes.filters.unset', { filter: text })}
          >
            {text}
            <X aria-hidden size={14} />
          </button>
        </li>
      ))}
      <li>
        <button type="button" className={styles.clear} onClick={onClear}>
          {t('filter.clear')}
        </button>
      </li>
    </ul>
  )
}
