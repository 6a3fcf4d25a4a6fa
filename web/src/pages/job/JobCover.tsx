// The first pictures of a job, by which it is recognised.
import { useQuery } from '@tanstack/react-query'
import { api } from '../../api/client'
import { FINAL } from '../../api/queries'
import type { FilesPage, JobSummary } from '../../api/schema'
import { pageOf } from '../../pipelines'
import { Thumbnail } from '../../ui/Thumbnail'
import { useNear } from '../../ui/useNear'
import styles from './JobCover.module.css'

export function JobCover({ job }: { job: JobSummary }) {
  const [spot, near] = useNear<HTMLSpanElement>()
  const files = useQuery({
    queryKey: ['cover', job.id, FINAL.has(job.status)],
    queryFn: ({ signal }) => api<FilesPage>(`/jobs/${job.id}/files?per_page=4`, { signal }),
    staleTime: 20 * 60_000,
    enabled: near && job.file_count > 0,
  })
  const shown = (files.data?.items ?? []).filter((file) => file.thumbnail).slice(0, 3)
  const { Icon } = pageOf(job.pipeline)
  return (
    <span ref={spot} className={styles.cover} aria-hidden>
      {shown.map((file) => (
        <Thumbnail key={file.id} of={file.thumbnail} className={styles.picture} alt="" />
      ))}
      <Icon size={24} strokeWidth={1.5} />
    </span>
  )
}
