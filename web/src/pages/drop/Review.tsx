// Files chosen but not sent yet: those to be sent, those left out and why, and the options.
import type { UseQueryResult } from '@tanstack/react-query'
import { ArrowRight, Undo2, X } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import type { PipelineAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { pageOf } from '../../pipelines'
import { Button, Notice, Select } from '../../ui/controls'
import { useUpload } from '../../ui/hooks'
import { PipelineChoice } from '../../ui/PipelineChoice'
import { TileGrid } from '../../ui/TileGrid'
import { useNarrow } from '../../ui/useNarrow'
import { type Chosen, commonFolder, refusal, suited } from '../../upload/checks'
import { Choosers } from './Choosers'
import { filled, type Options } from './fields'
import { LocalPreview } from './LocalPreview'
import { OptionsForm } from './OptionsForm'
import { PipelinesGone } from './PipelinesGone'
import styles from './Review.module.css'

const TILE = { min: 150, ratio: 1, caption: 28 }
const ROLES_LISTED = 20
/** The most files shown at first where options stand below them, so that the options stay near. */
const FIRST = 9
const NONE: ReadonlySet<Chosen> = new Set()

interface Props {
  chosen: Chosen[]
  pipelines: UseQueryResult<PipelineAnswer[]>
  onChoose: (files: Chosen[]) => void
  onClear: () => void
}

export default function Review({ chosen, pipelines, onChoose, onClear }: Props) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const upload = useUpload()
  const [picked, setPicked] = useState<string | null>(null)
  const [options, setOptions] = useState<Record<string, Options>>({})
  const [name, setName] = useState<string | null>(null)
  const [roles, setRoles] = useState<ReadonlyMap<string, string>>(new Map())

  const [out, setOut] = useState<ReadonlySet<Chosen>>(new Set())
  const [marked, mark] = useState(NONE)
  const [whole, showAll] = useState(false)
  const narrow = useNarrow(960)

  const all = pipelines.data ?? []
  const pipeline = all.find((one) => one.name === picked) ?? suited(chosen, all)
  const sorted = useMemo(() => {
    const good: Chosen[] = []
    const refused: { file: Chosen; why: NonNullable<ReturnType<typeof refusal>> }[] = []
    for (const file of chosen) {
      if (out.has(file)) continue
      const why = pipeline ? refusal(file, pipeline) : null
      if (why) refused.push({ file, why })
      else good.push(file)
    }
    return { good, refused, bytes: good.reduce((sum, one) => sum + one.size, 0) }
  }, [chosen, pipeline, out])
  // Keyed by the files themselves: their places change as others leave.
  const selected = useMemo(
    () => new Set(sorted.good.flatMap((file, n) => (marked.has(file) ? [n] : []))),
    [sorted, marked],
  )
  const select = (places: ReadonlySet<number>) =>
    mark(new Set([...places].flatMap((n) => sorted.good[n] ?? [])))
  const first = narrow && !whole ? FIRST : sorted.good.length
  const groups = useMemo(
    () => [{ key: 'all', title: null, members: sorted.good.slice(0, first).map((_, n) => n) }],
    [sorted, first],
  )
  const leave = () => {
    setOut(new Set([...out, ...marked]))
    mark(NONE)
  }
  const render = useCallback(
    (n: number) => {
      const one = sorted.good[n]
      return one ? (
        <span className={styles.tile}>
          <LocalPreview file={one.file} name={one.path} />
          <span className={styles.caption}>{one.path.split('/').at(-1)}</span>
        </span>
      ) : null
    },
    [sorted],
  )

  const errors = useMemo(
    () =>
      new Map(
        upload.problem?.fields.map(({ field, message }) => [field.replace(/^options\.?/, ''), message]),
      ),
    [upload.problem],
  )
  const folder = commonFolder(chosen.map((one) => one.path)) ?? ''

  const begin = () => {
    if (!pipeline) return
    const given = filled(pipeline.options, options[pipeline.name] ?? {})
    upload.start(pipeline, given, sorted.good, name ?? folder, pipeline.roles.length ? roles : new Map())
  }

  return (
    <div className={styles.review}>
      <section className={styles.files} aria-labelledby="chosen">
        <header className={styles.head}>
          <div>
            <h1 id="chosen">{t('review.title', { count: sorted.good.length })}</h1>
            <p className="number">{quantities.bytes(sorted.bytes)}</p>
          </div>
          <div className={styles.tools}>
            <Choosers more onChoose={onChoose} />
            <Button kind="quiet" onPress={onClear}>
              {t('clear')}
            </Button>
          </div>
        </header>
        {sorted.refused.length > 0 && pipeline && (
          <Notice kind="warning" title={t('review.refused', { count: sorted.refused.length })}>
            <details className={styles.refused}>
              <summary>{t('review.which')}</summary>
              <ul>
                {sorted.refused.slice(0, 200).map(({ file, why }) => (
                  <li key={file.path}>
                    <span>{file.path}</span>{' '}
                    {t(`refusal.${why}`, { limit: quantities.bytes(pipeline.max_bytes) })}
                  </li>
                ))}
              </ul>
            </details>
          </Notice>
        )}
        {out.size > 0 && (
          <Notice
            kind="info"
            title={t('review.leftOut', { count: out.size })}
            action={
              <Button icon={Undo2} onPress={() => setOut(new Set())}>
                {t('review.back', { count: out.size })}
              </Button>
            }
          />
        )}
        {sorted.good.length > 0 && (
          // biome-ignore lint/a11y/noStaticElementInteractions: one more key for the list inside
          <div
            onKeyDown={(event) => {
              if (event.key === 'Delete' && selected.size) leave()
            }}
          >
            <TileGrid
              label={t('review.list')}
              groups={groups}
              tile={TILE}
              render={render}
              version={sorted}
              selected={selected}
              onSelect={select}
              onOpen={(n) => {
                const next = new Set(selected)
                if (!next.delete(n)) next.add(n)
                select(next)
              }}
            />
          </div>
        )}
        {first < sorted.good.length && (
          <Button kind="quiet" onPress={() => showAll(true)}>
            {t('review.all', { count: sorted.good.length })}
          </Button>
        )}
        {selected.size > 0 && (
          <div
            className={styles.selection}
            role="toolbar"
            aria-label={t('selected', { count: selected.size })}
          >
            <strong className="number">{t('selected', { count: selected.size })}</strong>
            <Button icon={X} onPress={leave}>
              {t('review.out')}
            </Button>
            <Button kind="quiet" onPress={() => mark(NONE)}>
              {t('clear')}
            </Button>
          </div>
        )}
      </section>
      <aside className={styles.side}>
        {upload.problem && (
          <Notice kind="error" title={t('start.refused')}>
            <p>
              {upload.problem.unreachable
                ? t('offline.title')
                : said('error', upload.problem.code, upload.problem.message)}
            </p>
            {upload.problem.requestId && (
              <p className={styles.id}>{t('requestId', { id: upload.problem.requestId })}</p>
            )}
          </Notice>
        )}
        {pipelines.isError && <PipelinesGone pipelines={pipelines} />}
        {pipeline && (
          <>
            <PipelineChoice pipelines={all} value={pipeline.name} onChange={setPicked} />
            <label className={styles.name}>
              {t('review.name')}
              <input
                type="text"
                maxLength={200}
                value={name ?? folder}
                placeholder={t('review.namePlaceholder')}
                onChange={(e) => setName(e.target.value)}
              />
            </label>
            {pipeline.roles.length > 0 && !pageOf(pipeline.name).rolesByName && (
              <fieldset className={styles.roles}>
                <legend>{t('review.roles')}</legend>
                {sorted.good.slice(0, ROLES_LISTED).map((one) => (
                  <Select
                    key={one.path}
                    label={one.path.split('/').at(-1) ?? one.path}
                    value={roles.get(one.path) ?? ''}
                    onChange={(role) =>
                      setRoles(new Map([...roles].filter(([path]) => path !== one.path)).set(one.path, role))
                    }
                    options={[
                      ['', t('role.input')],
                      ...pipeline.roles.map((role) => [role, said('option', `role.${role}`, role)] as const),
                    ]}
                  />
                ))}
              </fieldset>
            )}
            <OptionsForm
              key={pipeline.name}
              pipeline={pipeline.name}
              schema={pipeline.options}
              values={options[pipeline.name] ?? {}}
              onChange={(values) => setOptions({ ...options, [pipeline.name]: values })}
              errors={errors}
            />
          </>
        )}
        <div className={styles.start}>
          <Button
            kind="primary"
            icon={ArrowRight}
            onPress={begin}
            isDisabled={!pipeline || !sorted.good.length}
          >
            {t('start', { count: sorted.good.length })}
          </Button>
        </div>
      </aside>
    </div>
  )
}
