// After a reload, or on another day: a job that is still running, and the way to it.
import { X } from 'lucide-react'
import { useRef, useState } from 'react'
import { useLocation } from 'react-router'
import { FINAL, useJobs } from '../api/queries'
import type { JobSummary } from '../api/schema'
import { session } from '../api/session'
import { useWords } from '../i18n'
import { Button, ButtonLink, Notice } from './controls'

const EVERYTHING = { status: [], pipeline: '' }

/** The jobs that were active when the page was opened, and still are. One that waits for others' files, for days, is
 * no work under way. */
export const stillGoing = (
  jobs: readonly JobSummary[],
  before: ReadonlySet<string>,
  hidden: ReadonlySet<string>,
): JobSummary[] =>
  jobs.filter(
    (job) => before.has(job.id) && !FINAL.has(job.status) && !job.collecting_until && !hidden.has(job.id),
  )

/** except: the job whose upload is shown elsewhere. */
export function Ongoing({ except }: { except: string | undefined }) {
  // A request would make a guest of every visitor who only looks around.
  return session.known() ? <Asking except={except} /> : null
}

function Asking({ except }: { except: string | undefined }) {
  const { t } = useWords()
  const { pathname } = useLocation()
  const jobs = useJobs(EVERYTHING, 50)
  const [hidden, hide] = useState<ReadonlySet<string>>(new Set())
  const before = useRef<ReadonlySet<string> | null>(null)
  // A job that was just sent needs no reminder.
  const sent = useRef(new Set<string>())
  if (except) sent.current.add(except)
  if (!jobs.data) return null
  before.current ??= new Set(jobs.data.items.filter((job) => !FINAL.has(job.status)).map((job) => job.id))
  const [job, ...more] = stillGoing(jobs.data.items, before.current, new Set([...hidden, ...sent.current]))
  if (!job || pathname.startsWith('/jobs')) return null
  return (
    <Notice
      kind="info"
      title={t(`ongoing.${job.status}` as 'ongoing.running', { name: job.name })}
      action={
        <>
          <ButtonLink kind="primary" to={`/jobs/${job.id}`}>
            {t('goToJob')}
          </ButtonLink>
          <Button
            kind="quiet"
            icon={X}
            label={t('close')}
            onPress={() => hide(new Set([...hidden, job.id, ...more.map(({ id }) => id)]))}
          />
        </>
      }
    >
      {more.length > 0 && <p>{t('ongoing.more', { count: more.length })}</p>}
    </Notice>
  )
}
