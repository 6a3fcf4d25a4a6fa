// A job's name, and the field to change it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Check, Pencil, X } from 'lucide-react'
import { type FormEvent, useRef, useState } from 'react'
import { api } from '../../api/client'
import type { JobAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import styles from './JobName.module.css'

export function JobName({ job }: { job: JobAnswer }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [name, edit] = useState<string | null>(null)
  const pencil = useRef<HTMLSpanElement>(null)
  const rename = useMutation({
    mutationFn: (name: string) => api<JobAnswer>(`/jobs/${job.id}`, { method: 'PATCH', body: { name } }),
    onSuccess: async (now) => {
      client.setQueriesData<JobAnswer>(
        { queryKey: ['job', job.id] },
        (old) => old && { ...old, name: now.name },
      )
      await client.invalidateQueries({ queryKey: ['jobs'] })
      done()
    },
  })
  const done = () => {
    edit(null)
    rename.reset()
    setTimeout(() => pencil.current?.querySelector('button')?.focus())
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const given = name?.trim() ?? ''
    if (!given || given === job.name) done()
    else rename.mutate(given)
  }
  if (name === null)
    return (
      <div className={styles.name}>
        <h1>{job.name}</h1>
        <span ref={pencil}>
          <Button kind="quiet" icon={Pencil} label={t('job.rename')} onPress={() => edit(job.name)} />
        </span>
      </div>
    )
  return (
    <>
      <form className={styles.name} onSubmit={submit}>
        <h1 className="visually-hidden">{job.name}</h1>
        <input
          // biome-ignore lint/a11y/noAutofocus: the field takes the place of the button that was pressed
          autoFocus
          aria-label={t('review.name')}
          maxLength={200}
          value={name}
          onChange={(event) => edit(event.target.value)}
          onKeyDown={(event) => event.key === 'Escape' && done()}
        />
        <Button kind="primary" type="submit" icon={Check} label={t('save')} busy={rename.isPending} />
        <Button kind="quiet" icon={X} label={t('close')} onPress={done} />
      </form>
      {rename.error && (
        <Gone title={t('job.notRenamed')} error={rename.error} onAgain={() => rename.mutate(name)} />
      )}
    </>
  )
}
