import { Pencil, RotateCcw } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { Problem } from '../../api/client'
import { type Setting, type SettingValue, useChangeSetting } from '../../api/settings'
import { useWords } from '../../i18n'
import { humanised } from '../../i18n/humanised'
import { Button, Notice } from '../../ui/controls'
import styles from './SettingsPage.module.css'
import { meant, read, unitOf, written } from './values'

export function SettingRow({ setting }: { setting: Setting }) {
  const { t, said } = useWords()
  const [open, setOpen] = useState(false)
  const help = said('setting', `${setting.name}.help`, '')
  return (
    <li className={styles.row}>
      <div className={styles.what}>
        <h3>{said('setting', setting.name, humanised(setting.name))}</h3>
        {help && <p>{help}</p>}
        <code>{setting.name}</code>
      </div>
      <div className={styles.now}>
        <Shown setting={setting} />
        <span className={`${styles.source} ${styles[setting.source]}`}>
          {t(`settings.source.${setting.source}`)}
        </span>
      </div>
      <div className={styles.act}>
        {setting.changeable && !open && (
          <Button
            icon={Pencil}
            label={t('settings.change', { name: said('setting', setting.name, setting.name) })}
            onPress={() => setOpen(true)}
          />
        )}
      </div>
      {open && <Change setting={setting} onClose={() => setOpen(false)} />}
    </li>
  )
}

function Shown({ setting: { name, value, secret } }: { setting: Setting }) {
  const { t, language } = useWords()
  if (secret && value !== null && written(value) !== '')
    return (
      <strong className={styles.secret} title={t('settings.secret')}>
        ••••••••<span className="visually-hidden">{t('settings.secret')}</span>
      </strong>
    )
  if (typeof value === 'number')
    return <strong className="number">{meant(value, unitOf(name), language)}</strong>
  const lines = Array.isArray(value) ? value : value ? [value] : []
  if (!lines.length) return <span className={styles.nothing}>{t('settings.nothing')}</span>
  return (
    <span className={styles.lines}>
      {lines.map((line) => (
        <strong key={line}>{line}</strong>
      ))}
    </span>
  )
}

function Change({ setting, onClose }: { setting: Setting; onClose: () => void }) {
  const { t, said, language } = useWords()
  const id = useId()
  const change = useChangeSetting()
  const [text, type] = useState(written(setting.value))
  const { name, least, most } = setting
  const unit = unitOf(name)
  const problem = change.error instanceof Problem ? change.error : null
  const error = problem?.fields.find((one) => one.field === name)?.message
  const value = read(setting, text)
  const set = (to: SettingValue) => change.mutate({ name, value: to }, { onSuccess: onClose })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    set(value)
  }
  const field = {
    id: `${id}-field`,
    autoFocus: true,
    value: text,
    'aria-describedby': `${id}-hint ${id}-error`,
    ...(error ? { 'aria-invalid': true } : {}),
  }
  return (
    <form
      className={styles.form}
      onSubmit={submit}
      onKeyDown={(event) => {
        if (event.key === 'Escape') onClose()
      }}
    >
      <label htmlFor={`${id}-field`} className="visually-hidden">
        {said('setting', name, name)}
      </label>
      {Array.isArray(setting.value) ? (
        <textarea {...field} rows={4} spellCheck={false} onChange={(event) => type(event.target.value)} />
      ) : (
        <input
          {...field}
          className="number"
          inputMode={least === null ? 'text' : 'numeric'}
          autoComplete="off"
          spellCheck={false}
          onChange={(event) => type(event.target.value)}
        />
      )}
      <div className={styles.hints}>
        <p id={`${id}-hint`}>
          {least !== null && most !== null ? (
            <>
              {t(`settings.range.${unit}`, {
                least: meant(least, unit, language),
                most: meant(most, unit, language),
              })}
              {unit !== 'count' && typeof value === 'number' && <> · = {meant(value, unit, language)}</>}
            </>
          ) : (
            Array.isArray(setting.value) && t('settings.lines')
          )}
        </p>
        <p id={`${id}-error`} className={styles.error} role="alert">
          {error && `${said('setting', name, name)} ${error}`}
        </p>
      </div>
      {change.error && !error && (
        <Notice
          kind="error"
          title={
            problem && !problem.unreachable
              ? said('error', problem.code, problem.message)
              : t('offline.title')
          }
        />
      )}
      <div className={styles.buttons}>
        {setting.source === 'stored' && (
          <Button kind="quiet" icon={RotateCcw} busy={change.isPending} onPress={() => set(null)}>
            {t('settings.reset')}
          </Button>
        )}
        <Button onPress={onClose}>{t('cancel')}</Button>
        <Button kind="primary" type="submit" busy={change.isPending}>
          {t('save')}
        </Button>
      </div>
    </form>
  )
}
