// Reports the end of jobs that run elsewhere: on the page, and by a system notification where the page is hidden.
import { useEffect, useRef, useState } from 'react'
import { useLocation, useNavigate } from 'react-router'
import { FINAL, useJobs } from '../api/queries'
import type { JobSummary } from '../api/schema'
import { useWords } from '../i18n'
import { Button } from './controls'
import { JobStateMark } from './JobStateMark'
import { Toast } from './Toast'

const EVERYTHING = { status: [], pipeline: '' }
const SHOWN_FOR = 12_000

export function JobWatch() {
  const { t } = useWords()
  const navigate = useNavigate()
  const { pathname } = useLocation()
  const here = useRef(pathname)
  here.current = pathname
  const jobs = useJobs(EVERYTHING, 50)
  const before = useRef(new Map<string, string>())
  const [ended, setEnded] = useState<JobSummary | null>(null)

  useEffect(() => {
    for (const job of jobs.data?.items ?? []) {
      const was = before.current.get(job.id)
      before.current.set(job.id, job.status)
      if (!was || was === job.status || !FINAL.has(job.status) || job.status === 'cancelled') continue
      if (document.hidden && 'Notification' in window && Notification.permission === 'granted') {
        const notice = new Notification(job.name, {
          body: t(`state.${job.status}`),
          tag: job.id,
          icon: '/icon.svg',
        })
        notice.onclick = () => {
          window.focus()
          navigate(`/jobs/${job.id}`)
        }
      }
      // On the job's own page its end is visible.
      if (here.current !== `/jobs/${job.id}`) setEnded(job)
    }
  }, [jobs.data, t, navigate])

  useEffect(() => {
    if (!ended) return
    const timer = setTimeout(() => setEnded(null), SHOWN_FOR)
    return () => clearTimeout(timer)
  }, [ended])

  return (
    <Toast onClose={() => setEnded(null)}>
      {ended && (
        <>
          <JobStateMark state={ended.status} />
          <strong>{ended.name}</strong>
          <Button
            kind="quiet"
            onPress={() => {
              navigate(`/jobs/${ended.id}`)
              setEnded(null)
            }}
          >
            {t('show')}
          </Button>
        </>
      )}
    </Toast>
  )
}
