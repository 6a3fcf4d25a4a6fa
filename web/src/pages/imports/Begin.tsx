// An import of the open folder: its pipeline, its options, once or repeatedly.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, CalendarClock } from 'lucide-react'
import { useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { Problem } from '../../api/client'
import { beginImport, importCount } from '../../api/imports'
import { usePipelines } from '../../api/queries'
import type { ImportCount, PipelineAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Sheet, Skeleton } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import { PipelineChoice } from '../../ui/PipelineChoice'
import { Switch } from '../../ui/Switch'
import { filled, type Options } from '../drop/fields'
import { OptionsForm } from '../drop/OptionsForm'
import { folderName } from './crumbs'
import styles from './ImportPage.module.css'
import { Repeat } from './Repeat'
import { Said } from './Said'
import { useRequestKey } from './useRequestKey'
import type { Word } from './words'

export function Begin({ path }: { path: string }) {
  const { t } = useWords<Word>()
  const navigate = useNavigate()
  const client = useQueryClient()
  const pipelines = usePipelines()
  const [recursive, setRecursive] = useState(true)
  const count = useQuery(importCount(path, recursive))
  const [picked, pick] = useState<string | null>(null)
  const [name, setName] = useState(folderName(path))
  const [options, setOptions] = useState<Record<string, Options>>({})
  const [repeating, repeat] = useState(false)
  const keyOf = useRequestKey()
  const all = pipelines.data ?? []
  const pipeline = all.find((one) => one.name === picked) ?? fittest(all, count.data)
  const body = pipeline && {
    path,
    recursive,
    pipeline: pipeline.name,
    options: filled(pipeline.options, options[pipeline.name] ?? {}),
    ...(name.trim() ? { name: name.trim() } : {}),
  }
  const begun = useMutation({
    mutationFn: (wanted: NonNullable<typeof body>) => beginImport(wanted, keyOf(wanted)),
    onSuccess: async ({ job_id }) => {
      await client.invalidateQueries({ queryKey: ['jobs'] })
      navigate(`/jobs/${job_id}`)
    },
  })
  const errors = useMemo(
    () =>
      new Map(
        begun.error instanceof Problem
          ? begun.error.fields.map(({ field, message }) => [field.replace(/^options\.?/, ''), message])
          : [],
      ),
    [begun.error],
  )
  if (pipelines.isPending)
    return (
      <aside className={styles.side}>
        <Skeleton lines={5} />
      </aside>
    )
  if (!pipeline || !body)
    return (
      <aside className={styles.side}>
        <Gone title={t('pipelines.gone')} error={pipelines.error} onAgain={() => void pipelines.refetch()} />
      </aside>
    )
  const files = count.data?.file_count ?? 0
  return (
    <aside className={styles.side} aria-label={t('import.begin')}>
      <Counted count={count.data} pipeline={pipeline} />
      {count.isPending && <Skeleton lines={2} />}
      {count.isError && !count.data && (
        <Gone title={t('import.uncounted')} error={count.error} onAgain={() => void count.refetch()} />
      )}
      <Switch isSelected={recursive} onChange={setRecursive}>
        {t('import.recursive')}
      </Switch>
      <PipelineChoice pipelines={all} value={pipeline.name} onChange={pick} />
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
      <Said error={begun.error} />
      <div className={styles.actions}>
        <Button
          kind="primary"
          icon={ArrowRight}
          busy={begun.isPending}
          isDisabled={count.data ? count.data.complete && files === 0 : !count.isError}
          onPress={() => begun.mutate(body)}
        >
          {count.data?.complete ? t('import.files.begin', { count: files }) : t('import.all.begin')}
        </Button>
        <Button icon={CalendarClock} onPress={() => repeat(true)}>
          {t('import.repeat')}
        </Button>
      </div>
      <Sheet title={t('import.repeat.title')} open={repeating} onClose={() => repeat(false)}>
        <Repeat wanted={body} onMade={() => repeat(false)} />
      </Sheet>
    </aside>
  )
}

function Counted({ count, pipeline }: { count: ImportCount | undefined; pipeline: PipelineAnswer }) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  if (!count) return null
  const { file_count: files, complete } = count
  const out = files - (count.fits[pipeline.name] ?? 0)
  const size = quantities.bytes(count.size_bytes)
  return (
    <>
      <p className={`${styles.counted} number`} role="status">
        {t(complete ? 'import.counted' : 'import.countedAtLeast', { count: files, size })}
      </p>
      {out > 0 && (
        <Notice
          kind="warning"
          title={t(complete ? 'import.unfit' : 'import.unfitAtLeast', {
            count: out,
            pipeline: said('pipeline', pipeline.name, pipeline.title),
          })}
        >
          {t('import.unfitText')}
        </Notice>
      )}
    </>
  )
}

/** The pipeline that takes most of the files there. */
function fittest(all: readonly PipelineAnswer[], count: ImportCount | undefined): PipelineAnswer | undefined {
  const fits = (one: PipelineAnswer) => count?.fits[one.name] ?? 0
  return all.reduce<PipelineAnswer | undefined>(
    (best, one) => (best && fits(best) >= fits(one) ? best : one),
    undefined,
  )
}
