// All findings of a job's run about the job and its files, drawn from the values alone.
import { useQuery } from '@tanstack/react-query'
import { located } from '../../api/queries'
import { useResults } from '../../api/results'
import type { ArtifactAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Metadata } from '../../pages/results/Metadata'
import { Cautions, withoutCautions } from '../../ui/Cautions'
import { Button, ButtonLink, Empty, Notice, Skeleton } from '../../ui/controls'
import { QualityMark } from '../../ui/QualityMark'
import type { JobView } from '../contract'
import styles from './Results.module.css'

const PICTURES = 8

export default function Results({ job, artifacts, files, onFile }: JobView) {
  const { t } = useWords()
  const results = useResults({ pipeline: '', job: job.id, least: 0, sort: 'newest' })
  const pictures = artifacts.filter((one) => one.content_type.startsWith('image/')).slice(0, PICTURES)
  if (results.isPending) return <Skeleton lines={4} />
  if (!results.data)
    return (
      <Notice
        kind="error"
        title={t('results.gone')}
        action={<Button onPress={() => results.refetch()}>{t('again')}</Button>}
      />
    )
  const found = results.data.pages.flatMap((page) => page.items)
  return (
    <div className={styles.results}>
      {typeof job.options.plan_id === 'string' && (
        <div>
          <ButtonLink to={`/scenes/plans/${encodeURIComponent(job.options.plan_id)}`}>
            {t('results.plan')}
          </ButtonLink>
        </div>
      )}
      {pictures.map((one) => (
        <Picture key={one.name} artifact={one} />
      ))}
      {!found.length && !pictures.length && <Empty title={t('results.none')} />}
      {found.map((result) => {
        const place = files.findIndex((file) => file && file.id === (result as { file_id?: string }).file_id)
        return (
          <article key={result.id}>
            <header>
              <h2>{result.summary || t('results.noSummary')}</h2>
              <QualityMark score={result.quality_score} />
              {place >= 0 && (
                <Button kind="quiet" onPress={() => onFile(place)}>
                  {files[place]!.original_filename}
                </Button>
              )}
            </header>
            <Cautions metadata={result.metadata} />
            <Metadata values={withoutCautions(result.metadata)} />
          </article>
        )
      })}
      {results.hasNextPage && (
        <Button busy={results.isFetchingNextPage} onPress={() => void results.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </div>
  )
}

function Picture({ artifact }: { artifact: ArtifactAnswer }) {
  const address = useQuery({
    queryKey: ['located', artifact.download_url, artifact.created_at],
    queryFn: () => located(artifact.download_url),
    staleTime: 10 * 60_000,
  })
  return (
    <figure>
      {address.data ? (
        <img crossOrigin="anonymous" src={address.data.url} alt={artifact.filename} decoding="async" />
      ) : (
        <Skeleton lines={2} />
      )}
      <figcaption>{artifact.filename}</figcaption>
    </figure>
  )
}
