// A job: how far it is, what can be done with it, and everything that came out.
import { useQueryClient } from '@tanstack/react-query'
import { useEffect, useMemo } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useParams, useSearchParams } from 'react-router'
import { Problem } from '../api/client'
import { FINAL, useArtifacts, useDuplicates, useJob, usePipelines, useStatus } from '../api/queries'
import type { JobAnswer, StatusAnswer } from '../api/schema'
import { useWords } from '../i18n'
import { Button, ButtonLink, Empty, Notice, Skeleton } from '../ui/controls'
import { useTitle } from '../ui/hooks'
import styles from './JobPage.module.css'
import { Downloads } from './job/Downloads'
import { Duplicates } from './job/Duplicates'
import { FilesView } from './job/FilesView'
import { JobHead } from './job/JobHead'
import { Rejected } from './job/Rejected'
import { useBook } from './job/useBook'
import { VolumeView } from './job/VolumeView'

export default function JobPage() {
  const { jobId = '' } = useParams()
  // Another job is another page: nothing of the one before stays.
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

/** How it stands; of a run that ended, which one it was: a retry may be over before anybody has seen it run. */
const standing = (how: StatusAnswer) => `${how.status} ${how.processing_time_seconds ?? ''}`

/** What of the status says that the job itself has changed. */
const seenOf = (how: StatusAnswer | undefined) =>
  how &&
  [
    standing(how),
    how.files_expected,
    how.files_received,
    how.current_step,
    Math.floor((how.progress_percent ?? 0) / 5),
  ].join()

function titleOf(name: string, how: StatusAnswer | undefined, t: ReturnType<typeof useWords>['t']): string {
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
  // biome-ignore lint/correctness/useExhaustiveDependencies: lists of jobs are told of every move
  useEffect(() => void client.invalidateQueries({ queryKey: ['jobs'] }), [client, how.status])
  const book = useBook(job, how)
  const artifacts = useArtifacts(job.id, completed, standing(how))
  const media = job.pipeline === 'media'
  const exact = useDuplicates(job.id, 'exact', `${standing(how)} ${job.files.duplicate}`)
  const similar = useDuplicates(job.id, 'similar', standing(how))
  const groups = useMemo(
    () => [...(exact.data?.items ?? []), ...(similar.data?.items ?? [])],
    [exact.data, similar.data],
  )
  const volume = completed && artifacts.data?.some((one) => one.name === 'slices')

  const tabs = [
    ...(volume ? [['volume', t('tab.volume')] as const] : []),
    ['files', t('tab.files', { count: job.progress_total })] as const,
    ...(media ? [['duplicates', t('tab.duplicates', { count: groups.length })] as const] : []),
    ...(job.files.rejected ? [['rejected', t('tab.rejected', { count: job.files.rejected })] as const] : []),
    ...(completed ? [['downloads', t('tab.downloads')] as const] : []),
  ]
  const asked = params.get('tab')
  const tab = tabs.find(([key]) => key === asked)?.[0] ?? tabs[0]![0]
  const show = (key: string) => {
    const next = new URLSearchParams(params)
    next.set('tab', key)
    next.delete('file')
    setParams(next, { replace: true })
  }

  return (
    <div className={styles.job}>
      <JobHead job={job} how={how} pipeline={pipeline} onShow={show} />
      <Tabs selectedKey={tab} onSelectionChange={(key) => show(String(key))} className={styles.tabs!}>
        <TabList aria-label={job.name} className={styles.list!}>
          {tabs.map(([key, text]) => (
            <Tab key={key} id={key} className={styles.tab!}>
              {text}
            </Tab>
          ))}
        </TabList>
        {volume && (
          <TabPanel id="volume" className={styles.panel!}>
            <VolumeView job={job} artifacts={artifacts.data ?? []} />
          </TabPanel>
        )}
        <TabPanel id="files" className={styles.panel!}>
          <FilesView job={job} book={book} groups={groups} />
        </TabPanel>
        <TabPanel id="duplicates" className={styles.panel!}>
          <Duplicates groups={groups} final={Boolean(exact.data?.final)} running={!FINAL.has(how.status)} />
        </TabPanel>
        <TabPanel id="rejected" className={styles.panel!}>
          <Rejected job={job} />
        </TabPanel>
        <TabPanel id="downloads" className={styles.panel!}>
          <Downloads artifacts={artifacts} />
        </TabPanel>
      </Tabs>
    </div>
  )
}
