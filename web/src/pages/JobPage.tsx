// A job: its progress, its actions, and all its results.
import { useQueryClient } from '@tanstack/react-query'
import { type ReactNode, Suspense, useEffect } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useParams, useSearchParams } from 'react-router'
import { Problem } from '../api/client'
import { FINAL, useArtifacts, useJob, usePipelines, useStatus } from '../api/queries'
import type { JobAnswer, StatusAnswer } from '../api/schema'
import { useWords, type Words } from '../i18n'
import { pageOf } from '../pipelines'
import type { JobTab, JobView } from '../pipelines/contract'
import { Button, ButtonLink, Empty, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './JobPage.module.css'
import { Downloads } from './job/Downloads'
import { FilesView } from './job/FilesView'
import { JobHead } from './job/JobHead'
import { Rejected } from './job/Rejected'
import { useBook } from './job/useBook'

export default function JobPage() {
  const { jobId = '' } = useParams()
  // Another job is another page: nothing of the previous one stays.
  return <OneJob key={jobId} jobId={jobId} />
}

function OneJob({ jobId }: { jobId: string }) {
  const { t } = useWords()
  const status = useStatus(jobId)
  const how = status.data
  const job = useJob(jobId, seenOf(how))
  useTitle(job.data ? titleOf(job.data.name, how, t) : t('nav.jobs'))

  if (status.error instanceof Problem && status.error.status === 404)
    return (
      <Empty whole title={t('job.missing')} action={<ButtonLink to="/jobs">{t('nav.jobs')}</ButtonLink>}>
        {t('job.missingText')}
      </Empty>
    )
  if (!how || !job.data) {
    const error = status.error ?? job.error
    return error ? (
      <Notice
        kind="error"
        title={t('job.gone')}
        action={<Button onPress={() => Promise.all([status.refetch(), job.refetch()])}>{t('again')}</Button>}
      >
        {t('again.itself')}
      </Notice>
    ) : (
      <Skeleton lines={5} />
    )
  }
  return <Shown job={job.data} how={how} />
}

/** The job's state and, once it is over, which run it was: a retry may be over before its run is seen. */
const standing = (how: StatusAnswer) => `${how.status} ${how.processing_time_seconds ?? ''}`

/** The parts of the status that show that the job itself has changed. */
const seenOf = (how: StatusAnswer | undefined) =>
  how &&
  [
    standing(how),
    how.files_expected,
    how.files_received,
    how.files_inspected,
    how.current_step,
    Math.floor((how.progress_percent ?? 0) / 5),
    how.results_current,
  ].join()

function titleOf(name: string, how: StatusAnswer | undefined, t: Words['t']): string {
  if (!how) return name
  if (how.status === 'running') return `${Math.floor(how.progress_percent ?? 0)} % ${name}`
  return FINAL.has(how.status) ? `${t(`state.${how.status}`)}: ${name}` : name
}

function Shown({ job, how }: { job: JobAnswer; how: StatusAnswer }) {
  const { t } = useWords()
  const [params, setParams] = useSearchParams()
  const pipelines = usePipelines()
  const pipeline = pipelines.data?.find((one) => one.name === job.pipeline)
  const completed = how.status === 'completed'
  const client = useQueryClient()
  // biome-ignore lint/correctness/useExhaustiveDependencies: lists of jobs follow every move
  useEffect(() => void client.invalidateQueries({ queryKey: ['jobs'] }), [client, how.status])
  const book = useBook(job, how)
  const artifacts = useArtifacts(job.id, completed || how.status === 'paused', standing(how))
  const page = pageOf(job.pipeline)
  const show = (key: string, file?: number) => {
    const next = new URLSearchParams(params)
    next.set('tab', key)
    next.delete('file')
    if (file !== undefined) next.set('file', String(file))
    setParams(next, { replace: file === undefined })
  }
  const view: JobView = {
    job,
    how,
    artifacts: artifacts.data ?? [],
    files: book.files,
    onFile: (place) => show('files', place),
  }
  const own = (place: JobTab['place']): ShownTab[] =>
    page.tabs
      .filter((tab) => tab.place === place && tab.shown(view))
      .map(({ key, Title, Panel }) => ({ key, title: <Title {...view} />, panel: <Panel {...view} /> }))
  const tabs: ShownTab[] = [
    ...own('before'),
    {
      key: 'files',
      title: t('tab.files', { count: job.progress_total }),
      panel: <FilesView book={book} page={page} />,
    },
    ...own('behind'),
    ...(job.files.rejected
      ? [
          {
            key: 'rejected',
            title: t('tab.rejected', { count: job.files.rejected }),
            panel: <Rejected job={job} />,
          },
        ]
      : []),
    ...(completed
      ? [{ key: 'downloads', title: t('tab.downloads'), panel: <Downloads artifacts={artifacts} /> }]
      : []),
  ]
  const asked = params.get('tab')
  const tab = tabs.find(({ key }) => key === asked)?.key ?? tabs[0]!.key

  return (
    <div className={styles.job}>
      <JobHead job={job} how={how} pipeline={pipeline} onShow={show} />
      {page.Head && (
        <Suspense>
          <page.Head {...view} />
        </Suspense>
      )}
      <Tabs selectedKey={tab} onSelectionChange={(key) => show(String(key))} className={styles.tabs!}>
        <TabList aria-label={job.name} className={styles.list!}>
          {tabs.map(({ key, title }) => (
            <Tab key={key} id={key} className={styles.tab!}>
              {title}
            </Tab>
          ))}
        </TabList>
        {tabs.map(({ key, panel }) => (
          <TabPanel key={key} id={key} className={styles.panel!}>
            <Suspense fallback={<Skeleton lines={4} />}>{panel}</Suspense>
          </TabPanel>
        ))}
      </Tabs>
    </div>
  )
}

interface ShownTab {
  key: string
  title: ReactNode
  panel: ReactNode
}
