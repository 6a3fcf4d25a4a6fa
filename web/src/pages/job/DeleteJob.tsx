// A job is deleted once it is over, and after one has read what goes with it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, Problem } from '../../api/client'
import type { JobAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice, Sheet } from '../../ui/controls'
import styles from './JobHead.module.css'

export function DeleteJob({ job }: { job: JobAnswer }) {
  const { t, said } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [asking, ask] = useState(false)
  const remove = useMutation({
    mutationFn: () =>
      api(`/jobs/${job.id}`, { method: 'DELETE' }).catch((error) => {
        // It is gone already: that is what was wanted.
        if (!(error instanceof Problem) || error.status !== 404) throw error
      }),
    onSuccess: async () => {
      navigate('/jobs')
      await Promise.all(
        ['jobs', 'library', 'results'].map((name) => client.invalidateQueries({ queryKey: [name] })),
      )
    },
  })
  return (
    <>
      <Button kind="danger" icon={Trash2} label={t('job.delete')} onPress={() => ask(true)} />
      <Sheet title={t('job.deleteTitle')} open={asking} onClose={() => ask(false)}>
        <div className={styles.ask}>
          <p>{t('job.deleteText', { count: job.progress_total })}</p>
          {remove.error && (
            <Notice
              kind="error"
              title={
                remove.error instanceof Problem && !remove.error.unreachable
                  ? said('error', remove.error.code, remove.error.message)
                  : t('offline.title')
              }
            />
          )}
          <div>
            <Button kind="danger" icon={Trash2} busy={remove.isPending} onPress={() => remove.mutate()}>
              {t('job.delete')}
            </Button>
            <Button kind="primary" onPress={() => ask(false)}>
              {t('keep')}
            </Button>
          </div>
        </div>
      </Sheet>
    </>
  )
}
