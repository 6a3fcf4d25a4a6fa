// The zip as it would be, folder by folder, in any layout, before it is made.
import { keepPreviousData, useInfiniteQuery, useQuery } from '@tanstack/react-query'
import { File, Folder, PackageCheck } from 'lucide-react'
import { useState } from 'react'
import { api, Problem } from '../../api/client'
import { useControl } from '../../api/queries'
import type { RemakeRequest, TreeAnswer } from '../../api/schema'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Select, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import styles from './Tree.module.css'
import { useOwnWords } from './words'

const LAYOUTS = ['year/month', 'year', 'year/month-day', 'original'] as const
const NAMES = ['time', 'original'] as const
const STRATEGIES = ['auto', 'fast', 'cheap'] as const

export default function Tree({ job, how, onFile }: JobView) {
  const { t, said } = useOwnWords()
  const quantities = useQuantities()
  const control = useControl(job.id)
  const had = { layout: optionOf(LAYOUTS, job.options.layout), names: optionOf(NAMES, job.options.names) }
  const hadStrategy = optionOf(STRATEGIES, job.options.strategy)
  const [layout, lay] = useState(had.layout)
  const [names, name] = useState(had.names)
  const [strategy, make] = useState(hadStrategy)
  const [folder, open] = useState('')
  const found = useInfiniteQuery({
    queryKey: ['tree', job.id, how.status, how.processing_time_seconds, job.revision, layout, names, folder],
    queryFn: ({ pageParam, signal }) =>
      api<TreeAnswer>(
        `/jobs/${job.id}/tree?${new URLSearchParams({ layout, names, folder, page: String(pageParam) })}`,
        { signal },
      ),
    initialPageParam: 1,
    getNextPageParam: (last) => (last.page < last.pages ? last.page + 1 : undefined),
    placeholderData: keepPreviousData,
  })
  const first = found.data?.pages[0]
  // The estimate of the zip itself, which its folders don't change.
  const estimates = useQuery({
    queryKey: [
      'tree-estimates',
      job.id,
      how.status,
      how.processing_time_seconds,
      job.revision,
      layout,
      names,
    ],
    queryFn: ({ signal }) =>
      api<TreeAnswer>(
        `/jobs/${job.id}/tree?${new URLSearchParams({ layout, names, strategy: 'auto', per_page: '1' })}`,
        { signal },
      ),
    select: (answer) => answer.estimates,
    placeholderData: keepPreviousData,
  }).data
  const taking = (one: (typeof STRATEGIES)[number]) => {
    const estimate = estimates && (one === 'auto' ? estimates.estimate : estimates[one])
    if (!estimate) return t(`strategy.${one}`)
    const time = quantities.duration(Math.ceil(estimate.seconds))
    return t(`strategy.${one}.takes`, { time, cost: quantities.dollars(estimate.usd) })
  }
  const others = layout !== had.layout || names !== had.names || strategy !== hadStrategy
  const parts = folder ? folder.split('/') : []
  return (
    <div className={styles.tree}>
      <div className={styles.choices}>
        <Select
          label={t('tree.layout')}
          value={layout}
          onChange={(one) => {
            lay(one)
            open('')
          }}
          options={LAYOUTS.map((one) => [one, t(`layout.${one}`)] as const)}
        />
        <Select
          label={t('tree.names')}
          value={names}
          onChange={name}
          options={NAMES.map((one) => [one, t(`names.${one}`)] as const)}
        />
        <Select
          label={t('tree.strategy')}
          value={strategy}
          onChange={make}
          options={STRATEGIES.map((one) => [one, taking(one)] as const)}
        />
        {how.status === 'completed' && (others || how.results_current === false) && (
          <Button
            kind="primary"
            icon={PackageCheck}
            busy={control.isPending}
            onPress={() => control.mutate({ remake: { layout, names, strategy } satisfies RemakeRequest })}
          >
            {t('tree.make')}
          </Button>
        )}
      </div>
      <nav className={styles.path} aria-label={t('tree.path')}>
        <button type="button" onClick={() => open('')} disabled={!folder}>
          {job.name}.zip
        </button>
        {parts.map((part, n) => (
          <button
            key={n}
            type="button"
            disabled={n === parts.length - 1}
            onClick={() => open(parts.slice(0, n + 1).join('/'))}
          >
            {part}
          </button>
        ))}
      </nav>
      {found.error && !first && (
        <Notice
          kind="error"
          title={
            found.error instanceof Problem
              ? said('error', found.error.code, found.error.message)
              : String(found.error)
          }
          action={<Button onPress={() => void found.refetch()}>{t('again')}</Button>}
        />
      )}
      {!first && found.isPending && <Skeleton lines={5} />}
      {first && (
        <>
          <p className="number">
            {t('files', { count: first.files })} · {quantities.bytes(first.size_bytes)}
            {!first.final && ` · ${t('tree.notFinal')}`}
          </p>
          <ul className={styles.list}>
            {first.folders.map((one) => (
              <li key={`folder ${one.name}`}>
                <button type="button" onClick={() => open([...parts, one.name].join('/'))}>
                  <Folder aria-hidden size={20} />
                  <span>{one.name}</span>
                  <small className="number">
                    {t('files', { count: one.files })} · {quantities.bytes(one.size_bytes)}
                  </small>
                </button>
              </li>
            ))}
            {found.data?.pages.flatMap(({ items }) =>
              items.map((one) => (
                <li key={one.file}>
                  <button type="button" onClick={() => onFile(Number(one.file.slice(-8)) - 1)}>
                    <File aria-hidden size={20} />
                    <span>{one.name}</span>
                    <small className="number">
                      {one.original_filename} · {quantities.bytes(one.size_bytes)}
                    </small>
                  </button>
                </li>
              )),
            )}
          </ul>
          {found.hasNextPage && (
            <span>
              <Button busy={found.isFetchingNextPage} onPress={() => void found.fetchNextPage()}>
                {t('tree.more')}
              </Button>
            </span>
          )}
        </>
      )}
    </div>
  )
}

const optionOf = <T extends string>(known: readonly T[], given: unknown): T =>
  known.find((one) => one === given) ?? known[0]!
