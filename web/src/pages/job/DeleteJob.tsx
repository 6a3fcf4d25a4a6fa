// Puts a job that is over into the bin with one press; it can be restored for thirty days.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2 } from 'lucide-react'
import { useNavigate } from 'react-router'
import { api, Problem } from '../../api/client'
import type { JobAnswer, JobsPage } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'

export function DeleteJob({ job }: { job: JobAnswer }) {
  const { t, said } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const remove = useMutation({
    mutationFn: () =>
      api(`/jobs/${job.id}/bin`, { method: 'POST' }).catch((error) => {
        // It is gone already, as wanted.
        if (!(error instanceof Problem) || error.status !== 404) throw error
      }),
    onSuccess: async () => {
      // A list in the cache must not request the covers of a deleted job.
      client.setQueriesData<JobsPage>(
        { queryKey: ['jobs'] },
        (page) => page && { ...page, items: page.items.filter(({ id }) => id !== job.id) },
      )
      navigate('/jobs', { state: { binned: { id: job.id, name: job.name } } })
      await Promise.all(
        ['jobs', 'library', 'results', 'bin'].map((name) => client.invalidateQueries({ queryKey: [name] })),
      )
    },
  })
  return (
    <>
      <Button
        kind="danger"
        icon={Trash2}
        label={t('job.delete')}
        busy={remove.isPending}
        onPress={() => remove.mutate()}
      />
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
    </>
  )
}
