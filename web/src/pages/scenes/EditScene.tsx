// Changes a scene as it was read; changes made elsewhere meanwhile are reported, not overwritten.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import type { Tagged } from '../../api/client'
import { oneScene, writeScene } from '../../api/scenes'
import type { SceneAnswer, SceneChanges } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import { Switch } from '../../ui/Switch'
import { errorOf, Told, useDoing } from '../account/doing'
import { DATE } from './EditValue'
import { baseName, untitled } from './facts'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

const TEXTS = ['title', 'scene_date', 'rating100', 'director', 'code', 'details'] as const
type Text = (typeof TEXTS)[number]
type Form = Record<Text, string> & { organized: boolean }

const formOf = (scene: SceneAnswer): Form => ({
  title: untitled(scene) ? '' : scene.title,
  scene_date: scene.scene_date ?? '',
  rating100: scene.rating100 === null ? '' : String(scene.rating100),
  director: scene.director ?? '',
  code: scene.code ?? '',
  details: scene.details ?? '',
  organized: scene.organized,
})

/** Only the fields that differ. */
export function changesOfForm(before: SceneAnswer, form: Form): SceneChanges {
  const was = formOf(before)
  const changes: Record<string, unknown> = {}
  for (const name of TEXTS) {
    const text = name === 'details' ? form[name] : form[name].trim()
    if (text !== was[name]) changes[name] = text === '' ? null : name === 'rating100' ? Number(text) : text
  }
  if (form.organized !== was.organized) changes.organized = form.organized
  return changes as SceneChanges
}

interface Props {
  id: string
  seen: Tagged<SceneAnswer>
  onClose: () => void
}

export function EditScene({ id, seen, onClose }: Props) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const { busy, problem, run } = useDoing()
  // As it was when the form was opened: a later answer changes nothing under the user's hands.
  const [read, setRead] = useState(seen)
  const [form, setForm] = useState(() => formOf(seen.value))
  const changes = changesOfForm(read.value, form)
  const changed = Object.keys(changes).length > 0
  const stale = problem?.status === 412
  const save = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      const now = await writeScene(id, changes, read.etag)
      client.setQueryData(['scene', id], now)
      await client.invalidateQueries({ queryKey: ['scenes'] })
      onClose()
    })
  }
  const readAgain = () =>
    run(async () => {
      await client.invalidateQueries({ queryKey: ['scene', id] })
      const now = await client.fetchQuery(oneScene(id))
      setRead(now)
      setForm({ ...formOf(now.value), ...typed(read.value, form) })
    })
  const field = (name: Text, more: object = {}) => {
    const error = errorOf(problem, name, `edit-${name}`)
    const shared = {
      value: form[name],
      onChange: (event: { target: { value: string } }) => setForm({ ...form, [name]: event.target.value }),
      ...error.attributes,
      ...more,
    }
    return (
      // biome-ignore lint/a11y/noLabelWithoutControl: one of two controls, each inside
      <label key={name} className={styles.field}>
        {t(name === 'details' ? 'scenes.change.details' : `scenes.field.${name}`)}
        {name === 'details' ? <textarea rows={6} maxLength={50_000} {...shared} /> : <input {...shared} />}
        {error.message && (
          <span id={`edit-${name}`} className={styles.fault}>
            {error.message}
          </span>
        )}
      </label>
    )
  }
  return (
    <form className={styles.form} onSubmit={save}>
      {stale ? (
        <Notice
          kind="warning"
          title={t('scenes.editStale')}
          action={<Button onPress={readAgain}>{t('scenes.editAgain')}</Button>}
        />
      ) : (
        <Told problem={problem} beside={TEXTS} />
      )}
      {field('title', { maxLength: 500, placeholder: baseName(seen.value.paths[0] ?? '') })}
      {field('scene_date', { pattern: DATE, placeholder: '2020-04-19', title: t('scenes.field.dateHint') })}
      {field('rating100', { type: 'number', min: 0, max: 100, step: 1 })}
      {field('director', { maxLength: 200 })}
      {field('code', { maxLength: 200 })}
      {field('details')}
      <Switch isSelected={form.organized} onChange={(organized) => setForm({ ...form, organized })}>
        {t('scenes.organized')}
      </Switch>
      <p>{t('scenes.editHere')}</p>
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={busy} isDisabled={!changed || stale}>
          {t('scenes.save')}
        </Button>
      </div>
    </form>
  )
}

/** The typed values that differ from those read. */
function typed(before: SceneAnswer, form: Form): Partial<Form> {
  const was = formOf(before)
  return Object.fromEntries(
    (Object.keys(form) as (keyof Form)[])
      .filter((name) => form[name] !== was[name])
      .map((name) => [name, form[name]]),
  )
}
