// Jobs and single files in the bin: restored with one press, or deleted for good.
import { useInfiniteQuery, useMutation, useQueryClient } from '@tanstack/react-query'
import { Trash2, Undo2 } from 'lucide-react'
import type { ReactNode } from 'react'
import { useFileBin } from '../api/bin'
import { api, Problem } from '../api/client'
import { deleteFile } from '../api/library'
import type { BinnedFile, BinnedFilesPage, BinnedJob, BinPage as JobsInBin } from '../api/schema'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { Button, Empty, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './BinPage.module.css'
import { Picture, titleOf } from './library/LibraryTile'

interface Part<Item> {
  items: Item[]
  next_cursor: string | null
  size_bytes: number
}

function useBin<Item>(path: string) {
  return useInfiniteQuery({
    queryKey: ['bin', path],
    queryFn: ({ pageParam, signal }) =>
      api<Part<Item>>(`${path}${pageParam && `?cursor=${pageParam}`}`, { signal }),
    initialPageParam: '',
    getNextPageParam: (last) => last.next_cursor ?? undefined,
  })
}

export default function BinPage() {
  const { t } = useWords()
  const quantities = useQuantities()
  useTitle(t('bin'))
  const jobs = useBin<JobsInBin['items'][number]>('/bin')
  const files = useBin<BinnedFilesPage['items'][number]>('/bin/files')
  const both = [jobs, files]
  const pages: Part<unknown>[] = [...(jobs.data?.pages ?? []), ...(files.data?.pages ?? [])]
  const size = pages.reduce((sum, page) => sum + page.size_bytes, 0)
  const empty = both.every(({ data }) => data?.pages.every(({ items }) => items.length === 0))
  const failed = both.some(({ isError, data }) => isError && !data)
  return (
    <div className={styles.bin}>
      <h1>{t('bin')}</h1>
      {failed && (
        <Notice
          kind="error"
          title={t('bin.unknown')}
          action={
            <Button onPress={() => void Promise.all(both.map((one) => one.refetch()))}>{t('again')}</Button>
          }
        />
      )}
      {!failed && both.some(({ isPending }) => isPending) && <Skeleton lines={4} />}
      {empty && <Empty title={t('bin.empty')}>{t('bin.emptyText')}</Empty>}
      {size > 0 && <p>{t('bin.text', { size: quantities.bytes(size) })}</p>}
      <Listed title={t('nav.jobs')} of={jobs} row={(job) => <JobRow key={job.id} job={job} />} />
      <Listed title={t('bin.files')} of={files} row={(file) => <FileRow key={file.id} file={file} />} />
    </div>
  )
}

function Listed<Item>({
  title,
  of,
  row,
}: {
  title: string
  of: ReturnType<typeof useBin<Item>>
  row: (item: Item) => ReactNode
}) {
  const { t } = useWords()
  const items = of.data?.pages.flatMap((page) => page.items) ?? []
  if (!items.length) return null
  return (
    <section className={styles.part} aria-label={title}>
      <h2>{title}</h2>
      <ul className={styles.list}>{items.map(row)}</ul>
      {of.hasNextPage && (
        <span>
          <Button busy={of.isFetchingNextPage} onPress={() => void of.fetchNextPage()}>
            {t('bin.more')}
          </Button>
        </span>
      )}
    </section>
  )
}

interface RowProps {
  name: string
  picture?: ReactNode
  facts: readonly string[]
  busy: boolean
  error: Error | null
  onBack: () => void
  onDelete: () => void
}

function Row({ name, picture, facts, busy, error, onBack, onDelete }: RowProps) {
  const { t, said } = useWords()
  return (
    <li className={styles.row}>
      {picture}
      <span className={styles.what}>
        <strong>{name}</strong>
        <span className="number">{facts.join(' · ')}</span>
        {error instanceof Problem && (
          <span className={styles.error}>{said('error', error.code, error.message)}</span>
        )}
      </span>
      <Button icon={Undo2} busy={busy} onPress={onBack}>
        {t('bin.restore')}
      </Button>
      <Button kind="danger" icon={Trash2} label={t('bin.delete', { name })} busy={busy} onPress={onDelete} />
    </li>
  )
}

function JobRow({ job }: { job: BinnedJob }) {
  const { t } = useWords()
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
    <Row
      name={job.name}
      facts={[
        t('files', { count: job.file_count }),
        ...(job.size_bytes ? [quantities.bytes(job.size_bytes)] : []),
        t('bin.until', { day: quantities.moment(job.gone_at) }),
      ]}
      busy={made.isPending}
      error={made.error}
      onBack={() => made.mutate(true)}
      onDelete={() => made.mutate(false)}
    />
  )
}

function FileRow({ file }: { file: BinnedFile }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const client = useQueryClient()
  const bin = useFileBin()
  const gone = useMutation({
    mutationFn: () => deleteFile(file.id),
    onSettled: () => client.invalidateQueries({ queryKey: ['bin'] }),
  })
  const missed = Boolean(bin.data?.missed.length)
  return (
    <Row
      name={titleOf(file)}
      picture={
        <span className={styles.picture}>
          <Picture file={file} />
        </span>
      }
      facts={[
        quantities.bytes(file.size_bytes),
        missed ? t('bin.missed', { count: 1 }) : t('bin.until', { day: quantities.moment(file.gone_at) }),
      ]}
      busy={bin.isPending || gone.isPending}
      error={bin.error ?? gone.error}
      onBack={() => bin.mutate({ ids: [file.id], back: true })}
      onDelete={() => gone.mutate()}
    />
  )
}
