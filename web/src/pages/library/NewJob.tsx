// A new job over existing files: nothing is sent again.
import { useQueryClient } from '@tanstack/react-query'
import { ArrowRight } from 'lucide-react'
import { useMemo, useRef, useState } from 'react'
import { useNavigate } from 'react-router'
import { Problem } from '../../api/client'
import { openJob } from '../../api/library'
import { usePipelines } from '../../api/queries'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Skeleton } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import { PipelineChoice } from '../../ui/PipelineChoice'
import { filled, type Options } from '../drop/fields'
import { OptionsForm } from '../drop/OptionsForm'
import { Covers } from './Covers'
import { titleOf } from './LibraryTile'
import styles from './Selection.module.css'
import { fittest, unfit } from './taken'

export const MOST = 2000

export function NewJob({ files, onClose }: { files: readonly LibraryFile[]; onClose: () => void }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const navigate = useNavigate()
  const client = useQueryClient()
  const pipelines = usePipelines()
  const [picked, pick] = useState<string | null>(null)
  const [name, setName] = useState('')
  const [options, setOptions] = useState<Record<string, Options>>({})
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const keyOf = useRequestKey()
  const all = pipelines.data ?? []
  const pipeline = all.find((one) => one.name === picked) ?? fittest(files, all)
  const fits = useMemo(
    () => files.filter((file) => pipeline && unfit(file, pipeline) === null).slice(0, MOST),
    [files, pipeline],
  )
  const errors = useMemo(
    () => new Map(problem?.fields.map(({ field, message }) => [field.replace(/^options\.?/, ''), message])),
    [problem],
  )
  if (pipelines.isPending)
    return (
      <div className={styles.sheet}>
        <Skeleton lines={4} />
      </div>
    )
  if (!pipeline)
    return (
      <div className={styles.sheet}>
        <Gone title={t('pipelines.gone')} error={pipelines.error} onAgain={() => void pipelines.refetch()} />
      </div>
    )
  const begin = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const body = {
        pipeline: pipeline.name,
        file_ids: fits.map((file) => file.id),
        options: filled(pipeline.options, options[pipeline.name] ?? {}),
        ...(name.trim() ? { name: name.trim() } : {}),
      }
      const job = await openJob(body, keyOf(body))
      await client.invalidateQueries({ queryKey: ['jobs'] })
      onClose()
      navigate(`/jobs/${job.id}`)
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem('unexpected', 0, String(error)))
    } finally {
      setBusy(false)
    }
  }
  const out = files.filter((file) => !fits.includes(file))
  return (
    <div className={styles.sheet}>
      <Covers files={fits} />
      <PipelineChoice pipelines={all} value={pipeline.name} onChange={pick} wide />
      {out.length > 0 && (
        <Notice kind="warning" title={t('review.refused', { count: out.length })}>
          <details className={styles.out}>
            <summary>{t('review.which')}</summary>
            <ul>
              {out.slice(0, 100).map((file) => {
                const why = unfit(file, pipeline)
                const limit = quantities.bytes(pipeline.max_bytes)
                return (
                  <li key={file.id}>
                    {titleOf(file)}{' '}
                    {why === null
                      ? t('library.tooMany', { count: MOST })
                      : why === 'state'
                        ? t('library.notReady')
                        : t(`refusal.${why}`, { limit })}
                  </li>
                )
              })}
            </ul>
          </details>
        </Notice>
      )}
      <label className={styles.field}>
        {t('review.name')}
        <input
          type="text"
          maxLength={200}
          value={name}
          placeholder={t('review.namePlaceholder')}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <OptionsForm
        key={pipeline.name}
        pipeline={pipeline.name}
        schema={pipeline.options}
        values={options[pipeline.name] ?? {}}
        onChange={(values) => setOptions({ ...options, [pipeline.name]: values })}
        errors={errors}
      />
      {problem && (
        <Notice
          kind="error"
          title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
        >
          {problem.requestId && <small>{t('requestId', { id: problem.requestId })}</small>}
        </Notice>
      )}
      <div className={`${styles.actions} ${styles.start}`}>
        <Button
          kind="primary"
          icon={ArrowRight}
          busy={busy}
          isDisabled={!fits.length}
          onPress={() => void begin()}
        >
          {t('start', { count: fits.length })}
        </Button>
      </div>
    </div>
  )
}

/** A key for a request, the same as long as the request stays the same: sent twice, it is one job. */
function useRequestKey(): (body: object) => string {
  const last = useRef({ text: '', key: '' })
  return (body) => {
    const text = JSON.stringify(body)
    if (text !== last.current.text)
      last.current = { text, key: crypto.getRandomValues(new Uint32Array(4)).join('-') }
    return last.current.key
  }
}
