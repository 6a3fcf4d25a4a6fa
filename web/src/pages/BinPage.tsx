// Jobs that were thrown away: back with one press, or gone for good.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2, Undo2 } from 'lucide-react'
import { api, Problem } from '../api/client'
import type { BinnedJob, BinPage as Page } from '../api/schema'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { Button, Empty, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './JobsPage.module.css'

export default function BinPage() {
  const { t } = useWords()
  const quantities = useQuantities()
  useTitle(t('bin'))
  const found = useInfiniteQuery({
    queryKey: ['bin'],
    queryFn: ({ pageParam, signal }) => api<Page>(`/bin${pageParam && `?cursor=${pageParam}`}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
  const jobs = found.data?.pages.flatMap(({ items }) => items) ?? []
  const size = found.data?.pages.reduce((sum, page) => sum + page.size_bytes, 0) ?? 0
  return (
    <div className={styles.jobs}>
      <header className={styles.head}>
        <h1>{t('bin')}</h1>
      </header>
      {found.isPending && <Skeleton lines={4} />}
      {found.isError && !found.data && (
        <Notice
          kind="error"
          title={t('bin.unknown')}
          action={<Button onPress={() => void found.refetch()}>{t('again')}</Button>}
        />
      )}
      {found.data &&
        (jobs.length ? (
          <>
            <p>{t('bin.text', { size: quantities.bytes(size) })}</p>
            <ul className={styles.list}>
              {jobs.map((job) => (
                <Binned key={job.id} job={job} />
              ))}
            </ul>
            {found.hasNextPage && (
              <span>
                <Button busy={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
                  {t('bin.more')}
                </Button>
              </span>
            )}
          </>
        ) : (
          <Empty title={t('bin.empty')}>{t('bin.emptyText')}</Empty>
        ))}
    </div>
  )
}

function Binned({ job }: { job: BinnedJob }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const client = useQueryClient()
  const made = useMutation({
    mutationFn: (back: boolean) =>
      back
        ? api(`/jobs/${job.id}/restore`, { method: 'POST' })
        : api(`/jobs/${job.id}`, { method: 'DELETE' }),
    onSettled: () =>
      Promise.all(['bin', 'jobs', 'library'].map((name) => client.invalidateQueries({ queryKey: [name] }))),
  })
  return (
    <li className={styles.row}>
      <span className={styles.what}>
        <strong>{job.name}</strong>
        <span className="number">
          {t('files', { count: job.file_count })}
          {job.size_bytes ? ` · ${quantities.bytes(job.size_bytes)}` : ''} ·{' '}
          {t('bin.until', { day: quantities.moment(job.gone_at) })}
        </span>
        {made.error instanceof Problem && (
          <span className={styles.error}>{said('error', made.error.code, made.error.message)}</span>
        )}
      </span>
      <Button icon={Undo2} busy={made.isPending} onPress={() => made.mutate(true)}>
        {t('bin.restore')}
      </Button>
      <Button
        kind="danger"
        icon={Trash2}
        label={t('bin.delete', { name: job.name })}
        busy={made.isPending}
        onPress={() => made.mutate(false)}
      />
    </li>
  )
}
