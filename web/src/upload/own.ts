// Uploads into a job of the user's own, which the first announcement opens and the last one seals.
import { api } from '../api/client'
import { FINAL } from '../api/queries'
import type { JobAnswer, LibraryFile, UploadAnswer } from '../api/schema'
import type { Destination } from './destination'
import { announced, type Item } from './item'
import type { JobRecord } from './record'

/** The error of a file that was given up before it came. */
export const NEVER = 'given_up'

export const own: Destination = {
  most: 500,
  compares: true,
  owns: (job) => !job.share,

  async current(job) {
    const now = await api<JobAnswer>(`/jobs/${job.jobId}`)
    return FINAL.has(now.status) ? null : { ...job, sealed: now.sealed, name: job.name || now.name }
  },

  /** Each batch has a key of its own, so that repeated requests are carried out once. */
  async announce(job, files, more) {
    const body = { files: files.map(announced), more }
    const answer = job.jobId
      ? await api<UploadAnswer>(`/jobs/${job.jobId}/files`, {
          method: 'POST',
          body,
          patient: true,
          key: keyOf(job, files),
        })
      : await api<UploadAnswer>('/upload', {
          method: 'POST',
          body: {
            ...body,
            pipeline: job.pipeline,
            options: job.options,
            ...(job.name ? { name: job.name } : {}),
            // Progress counts all files to come, wherever it is shown.
            ...(more ? { files_intended: job.total } : {}),
          },
          patient: true,
          key: randomKey(),
        })
    return { id: answer.job_id, uploads: answer.uploads }
  },

  place: () => undefined,

  async arrived(one) {
    const { status, error_code } = await api<LibraryFile>(`/files/${one.fileId}`, { patient: true })
    return status !== 'expected' && error_code !== NEVER
  },

  leaveOut: (one) => api(`/jobs/${one.jobId}/files/${one.fileId}`, { method: 'DELETE', patient: true }),

  cancel: (job) =>
    api(`/jobs/${job.jobId}/control`, { method: 'POST', body: { action: 'cancel' }, patient: true }),
}

/** Names a batch of an upload that has its id. */
export const keyOf = (job: JobRecord, files: readonly Item[]): string =>
  `${job.jobId}-${files[0]?.index ?? 'seal'}-${files.length}`

/** crypto.randomUUID, which browsers withhold from pages served without TLS. */
export const randomKey = (): string =>
  Array.from(crypto.getRandomValues(new Uint32Array(4)), (n) => n.toString(36)).join('-')
