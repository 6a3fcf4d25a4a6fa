import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { TriangleAlert } from 'lucide-react'
import { useState } from 'react'
import { api } from '../../api/client'
import type { FilesPage, JobAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Skeleton } from '../../ui/controls'
import styles from './Rejected.module.css'

export function Rejected({ job }: { job: JobAnswer }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const [shown, show] = useState(100)
  const rejected = useQuery({
    queryKey: ['rejected', job.id, job.files.rejected, shown],
    queryFn: async ({ signal }) => {
      const pages = await Promise.all(
        Array.from({ length: shown / 100 }, (_, n) =>
          api<FilesPage>(`/jobs/${job.id}/files?status=rejected&per_page=100&page=${n + 1}`, { signal }),
        ),
      )
      return { items: pages.flatMap((page) => page.items), total: pages[0]?.total ?? 0 }
    },
    placeholderData: keepPreviousData,
  })
  if (rejected.isPending) return <Skeleton lines={3} />
  if (!rejected.data)
    return (
      <Notice
        kind="error"
        title={t('files.gone')}
        action={<Button onPress={() => rejected.refetch()}>{t('again')}</Button>}
      />
    )
  return (
    <div className={styles.rejected}>
      <p>{t('rejected.text')}</p>
      <ul>
        {rejected.data.items.map((file) => (
          <li key={file.id}>
            <TriangleAlert aria-hidden size={20} strokeWidth={1.7} />
            <span>
              <strong>{file.original_filename}</strong>
              <span className="number">{quantities.bytes(file.size_bytes)}</span>
            </span>
            <span className={styles.why}>
              {said('error', file.error_code ?? '', file.error_message ?? '')}
            </span>
          </li>
        ))}
      </ul>
      {rejected.data.total > rejected.data.items.length && (
        <Button onPress={() => show(shown + 100)}>{t('more')}</Button>
      )}
    </div>
  )
}
