// The results of all jobs, filtered by quality, time and pipeline.
import { useCallback, useMemo } from 'react'
import { useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { useJobs, usePipelines } from '../../api/queries'
import { RESULT_SORTS, type ResultSort, useResults } from '../../api/results'
import { useWords } from '../../i18n'
import { Button, ButtonLink, Empty, Select } from '../../ui/controls'
import { useTick, useTitle } from '../../ui/hooks'
import { arrows, Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { LeastQuality } from './LeastQuality'
import { ResultRow } from './ResultRow'
import { ResultSheet } from './ResultSheet'
import styles from './ResultsPage.module.css'
import { wantedOf } from './wanted'

const EVERY_JOB = { status: [], pipeline: '' }

export default function ResultsPage() {
  const { t, said } = useWords()
  useTitle(t('nav.results'))
  useTick(30_000)
  const [params, setParams] = useSearchParams()
  const wanted = useMemo(() => wantedOf(params), [params])
  const results = useResults(wanted)
  const jobs = useJobs(EVERY_JOB)
  const pipelines = usePipelines()
  const set = useCallback(
    (name: string, value: string) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          if (value) next.set(name, value)
          else next.delete(name)
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  const shown = results.data?.pages.flatMap((page) => page.items) ?? []
  const known = new Map(jobs.data?.items.map((job) => [job.id, job]))
  const pipelineOf = (name: string) =>
    said('pipeline', name, pipelines.data?.find((one) => one.name === name)?.title ?? name)
  const filtered = Boolean(wanted.pipeline || wanted.job || wanted.least)
  const missing = results.error instanceof Problem && results.error.status === 404
  const open = params.get('result')

  return (
    <div className={styles.page}>
      <PageHead title={t('nav.results')}>
        <Select
          label={t('pipeline')}
          value={wanted.pipeline}
          onChange={(value) => set('pipeline', value)}
          options={[
            ['', t('all')],
            ...(pipelines.data ?? []).map(
              (one) => [one.name, said('pipeline', one.name, one.title)] as const,
            ),
          ]}
        />
        <Select
          label={t('job')}
          value={wanted.job}
          onChange={(value) => set('job', value)}
          options={[
            ['', t('all')],
            ...(jobs.data?.items ?? []).map((one) => [one.id, one.name] as const),
            ...(wanted.job && !known.has(wanted.job) ? [[wanted.job, t('results.thisJob')] as const] : []),
          ]}
        />
        <LeastQuality value={wanted.least} onChange={(least) => set('least', least ? String(least) : '')} />
        <Select<ResultSort>
          label={t('sort')}
          value={wanted.sort}
          onChange={(value) => set('sort', value === 'newest' ? '' : value)}
          options={RESULT_SORTS.map((one) => [one, t(`results.sort.${one}`)] as const)}
        />
      </PageHead>
      {results.isPending && <RowSkeleton rows={6} />}
      {results.isError && !missing && !results.data && (
        <Gone title={t('results.gone')} error={results.error} onAgain={() => void results.refetch()} />
      )}
      {(missing || results.data?.pages[0]?.total === 0) &&
        (filtered ? (
          <Empty
            title={t('results.noneSuch')}
            action={<Button onPress={() => setParams({}, { replace: true })}>{t('filter.clear')}</Button>}
          />
        ) : (
          <Empty
            title={t('results.none')}
            action={
              <ButtonLink kind="primary" to="/">
                {t('nav.drop')}
              </ButtonLink>
            }
          >
            {t('results.noneText')}
          </Empty>
        ))}
      {!missing && shown.length > 0 && (
        <>
          <p className="visually-hidden" role="status">
            {t('results.count', { count: results.data?.pages[0]?.total ?? 0 })}
          </p>
          <ul
            className={`${styles.list} ${results.isPlaceholderData ? styles.stale : ''}`}
            onKeyDown={arrows}
          >
            {shown.map((result) => (
              <ResultRow
                key={result.id}
                result={result}
                job={known.get(result.job_id)}
                pipeline={pipelineOf(result.pipeline)}
                params={params}
              />
            ))}
          </ul>
          {results.hasNextPage && (
            <div className={styles.more}>
              <Button busy={results.isFetchingNextPage} onPress={() => void results.fetchNextPage()}>
                {t('more')}
              </Button>
            </div>
          )}
        </>
      )}
      <ResultSheet
        id={open}
        known={shown.find((one) => one.id === open)}
        job={(id) => known.get(id)}
        pipeline={pipelineOf}
        onClose={() => set('result', '')}
      />
    </div>
  )
}
