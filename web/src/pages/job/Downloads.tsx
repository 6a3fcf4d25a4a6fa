import type { UseQueryResult } from '@tanstack/react-query'
import { Box, Download, FileArchive, FileImage, FileJson, FileSpreadsheet, FileText } from 'lucide-react'
import type { ArtifactAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Skeleton } from '../../ui/controls'
import styles from './Downloads.module.css'
import { useDownload } from './download'

export function Downloads({ artifacts }: { artifacts: UseQueryResult<ArtifactAnswer[]> }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const download = useDownload()
  if (artifacts.isPending) return <Skeleton lines={3} />
  if (!artifacts.data)
    return (
      <Notice
        kind="error"
        title={t('downloads.gone')}
        action={<Button onPress={() => artifacts.refetch()}>{t('again')}</Button>}
      />
    )
  // The zip of everything first.
  const sorted = [...artifacts.data].sort((a, b) => +(b.name === 'complete') - +(a.name === 'complete'))
  return (
    <ul className={styles.list}>
      {sorted.map((artifact) => {
        const Icon = iconOf(artifact.content_type)
        return (
          <li key={artifact.name}>
            <Icon aria-hidden size={24} strokeWidth={1.5} />
            <span className={styles.what}>
              <strong>{artifact.filename}</strong>
              <span className="number">
                {artifact.name} · {quantities.bytes(artifact.size_bytes)}
              </span>
            </span>
            <Button
              icon={Download}
              label={t('download.one', { name: artifact.filename })}
              onPress={() => download.start(artifact.download_url)}
            />
          </li>
        )
      })}
    </ul>
  )
}

function iconOf(type: string) {
  if (type.includes('zip')) return FileArchive
  if (type.startsWith('image/')) return FileImage
  if (type.includes('json')) return FileJson
  if (type.includes('csv')) return FileSpreadsheet
  return type.startsWith('model/') ? Box : FileText
}
