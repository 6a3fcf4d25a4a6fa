// A pipeline's options as a form, drawn from their JSON Schema: a new option needs nothing here.
import { useId } from 'react'
import { useWords } from '../../i18n'
import { Select } from '../../ui/controls'
import { Switch } from '../../ui/Switch'
import { type Field, fieldsOf, type Options } from './fields'
import styles from './OptionsForm.module.css'

interface Props {
  pipeline: string
  schema: Record<string, unknown>
  values: Options
  onChange: (values: Options) => void
  errors: ReadonlyMap<string, string>
}

export function OptionsForm({ pipeline, schema, values, onChange, errors }: Props) {
  const set = (name: string, value: unknown) => {
    const next = { ...values }
    if (value === undefined) delete next[name]
    else next[name] = value
    onChange(next)
  }
  return (
    <div className={styles.form}>
      {fieldsOf(schema).map((field) => (
        <FieldRow
          key={field.name}
          pipeline={pipeline}
          field={field}
          value={values[field.name] ?? field.initial}
          onChange={(value) => set(field.name, value)}
          error={errors.get(field.name)}
        />
      ))}
    </div>
  )
}

interface RowProps {
  pipeline: string
  field: Field
  value: unknown
  onChange: (value: unknown) => void
  error: string | undefined
}

function FieldRow({ pipeline, field, value, onChange, error }: RowProps) {
  const { t, said } = useWords()
  const id = useId()
  const title = said('option', `${pipeline}.${field.name}`, field.title)
  const hint = said('hint', `${pipeline}.${field.name}`, field.description)
  const described = {
    id,
    'aria-describedby': `${id}-hint${error ? ` ${id}-error` : ''}`,
    ...(error ? { 'aria-invalid': true } : {}),
  }
  const hints = (
    <>
      <p id={`${id}-hint`} className={styles.hint}>
        {marked(hint)}
      </p>
      {error && (
        <p id={`${id}-error`} className={styles.error}>
          {error}
        </p>
      )}
    </>
  )
  if (field.kind === 'switch')
    return (
      <div className={styles.row}>
        <Switch isSelected={Boolean(value)} onChange={onChange}>
          {title}
        </Switch>
        {hints}
      </div>
    )
  if (field.kind === 'choice')
    return (
      <div className={styles.row}>
        <div className={styles.choice}>
          <Select
            label={title}
            value={String(value)}
            onChange={onChange}
            options={field.choices.map((c) => [c, c.replaceAll('_', ' ')] as const)}
          />
        </div>
        {hints}
      </div>
    )
  if (field.kind === 'range')
    return (
      <div className={styles.row}>
        <label htmlFor={id}>
          {title} <output className="number">{String(value)}</output>
        </label>
        <input
          {...described}
          type="range"
          min={field.min}
          max={field.max}
          step={field.step}
          value={Number(value)}
          onChange={(e) => onChange(e.target.valueAsNumber)}
        />
        {hints}
      </div>
    )
  if (field.kind === 'number')
    return (
      <div className={styles.row}>
        <label htmlFor={id}>{title}</label>
        <input
          {...described}
          type="number"
          min={field.min}
          max={field.max}
          step={field.step}
          value={value === undefined ? '' : String(value)}
          onChange={(e) =>
            onChange(Number.isNaN(e.target.valueAsNumber) ? undefined : e.target.valueAsNumber)
          }
        />
        {hints}
      </div>
    )
  if (field.kind === 'pairs')
    return (
      <div className={styles.row}>
        <label htmlFor={id}>{title}</label>
        <textarea
          {...described}
          rows={3}
          placeholder={t('option.pairs')}
          defaultValue={Object.entries((value ?? {}) as Record<string, string>)
            .map(([key, text]) => `${key} = ${text}`)
            .join('\n')}
          onChange={(e) => onChange(pairs(e.target.value))}
        />
        {hints}
      </div>
    )
  const zones = field.name === 'timezone' ? Intl.supportedValuesOf('timeZone') : null
  return (
    <div className={styles.row}>
      <label htmlFor={id}>{title}</label>
      <input
        {...described}
        type="text"
        maxLength={'maxLength' in field ? field.maxLength : undefined}
        spellCheck={false}
        value={String(value ?? '')}
        {...(zones ? { list: `${id}-list` } : {})}
        onChange={(e) => onChange(e.target.value === '' && field.optional ? undefined : e.target.value)}
      />
      {zones && (
        <datalist id={`${id}-list`}>
          {['UTC', ...zones].map((zone) => (
            <option key={zone} value={zone} />
          ))}
        </datalist>
      )}
      {hints}
    </div>
  )
}

/** Descriptions name values between backticks. */
const marked = (text: string) =>
  text.split('`').map((part, n) => (n % 2 ? <code key={part}>{part}</code> : part))

function pairs(text: string): Record<string, string> | undefined {
  const found = text
    .split('\n')
    .map((line) => line.split('='))
    .filter((parts) => parts.length > 1 && parts[0]!.trim())
    .map(([key, ...rest]) => [key!.trim(), rest.join('=').trim()] as const)
  return found.length ? Object.fromEntries(found) : undefined
}
