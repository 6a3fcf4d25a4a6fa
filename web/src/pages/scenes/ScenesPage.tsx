// The scenes: searched by the filters in the address, as a grid or a table, changed and analysed many at once.
import { ChevronLeft, ChevronRight, LayoutGrid, Rows3, Sparkles } from 'lucide-react'
import { useCallback, useEffect, useMemo, useState } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { useSearchParams } from 'react-router'
import { useSceneStats, useScenes } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button, ButtonLink, Empty, Select } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { Gone, PageHead } from '../../ui/Page'
import { SearchField } from '../../ui/SearchField'
import { useSearch } from '../library/useSearch'
import { Bulk } from './Bulk'
import { Filters, SetFilters } from './Filters'
import { Generate } from './Generate'
import { SceneGrid, ScenesComing } from './SceneGrid'
import type { Word } from './ScenesPages'
import { SceneTable } from './SceneTable'
import styles from './scenes.module.css'
import { changed, filtersOf, queryOf, type ScenesWanted, SORTS, setOf, sortName, wantedOf } from './wanted'

/** The most scenes that the API takes for one plan. */
const MOST_ANALYSED = 100_000

export function ScenesPage() {
  const { t } = useWords<Word>()
  useTitle(t('scenes.way.scenes'))
  const [params, setParams] = useSearchParams()
  const wanted = useMemo(() => wantedOf(params), [params])
  const set = useCallback(
    (changes: Record<string, string>) =>
      setParams((before) => changed(before, changes), { replace: !('page' in changes) }),
    [setParams],
  )
  const [text, type] = useSearch(wanted.search, (search) => set({ q: search }))
  const query = queryOf(wanted)
  const scenes = useScenes(query)
  const stats = useSceneStats()
  const found = scenes.data
  const [chosen, choose] = useState<ReadonlySet<string>>(new Set())
  const question = JSON.stringify(filtersOf(wanted))
  // Scenes that are no longer listed must not stay selected unseen.
  // biome-ignore lint/correctness/useExhaustiveDependencies: another query clears the selection
  useEffect(() => choose(new Set()), [question])
  const [generating, generate] = useState(false)
  const filtered = setOf(wanted).length > 0
  const clear = () =>
    setParams(
      (before) =>
        changed(
          before,
          Object.fromEntries(
            [...before.keys()].filter((k) => k !== 'view' && k !== 'sort').map((k) => [k, '']),
          ),
        ),
      {
        replace: true,
      },
    )
  const empty = found?.total === 0 && !filtered
  const List = wanted.view === 'table' ? SceneTable : SceneGrid
  // A page past the end, which existed before scenes were removed.
  const beyond = found !== undefined && found.total > 0 && found.items.length === 0

  return (
    <div className={styles.page}>
      <PageHead title={t('scenes.way.scenes')} text={told(stats.data, t)}>
        {found && found.total > 0 && (
          <Button icon={Sparkles} kind="primary" onPress={() => generate(true)}>
            {t('scenes.generate')}
          </Button>
        )}
      </PageHead>
      {!empty && (
        <div className={styles.tools}>
          <SearchField label={t('scenes.search')} value={text} onChange={type} />
          <Select
            label={t('sort')}
            value={sortName(wanted.sortBy, wanted.descending)}
            onChange={(value) => set({ sort: value === '-created_date' ? '' : value })}
            options={sortsOf(t)}
          />
          <View value={wanted.view} onChange={(view) => set({ view: view === 'table' ? view : '' })} />
          <Filters wanted={wanted} onChange={set} />
        </div>
      )}
      <SetFilters wanted={wanted} onChange={set} onClear={clear} />
      <p className={filtered && found ? styles.found : 'visually-hidden'} role="status">
        {found && !scenes.isPlaceholderData && t('scenes.found', { count: found.total })}
      </p>
      {scenes.isError && !found && (
        <Gone title={t('scenes.gone')} error={scenes.error} onAgain={() => void scenes.refetch()} />
      )}
      {scenes.isPending && <ScenesComing />}
      {empty && (
        <Empty
          title={t('scenes.none')}
          action={
            <ButtonLink kind="primary" to="/scenes/sources">
              {t('scenes.connect')}
            </ButtonLink>
          }
        >
          {t('scenes.noneText')}
        </Empty>
      )}
      {found?.total === 0 && filtered && (
        <Empty title={t('scenes.noneSuch')} action={<Button onPress={clear}>{t('filter.clear')}</Button>}>
          {wanted.search && t('scenes.noneSuchText')}
        </Empty>
      )}
      {beyond && (
        <Empty
          title={t('scenes.beyond', { pages: found.pages })}
          action={<Button onPress={() => set({ page: '' })}>{t('scenes.firstPage')}</Button>}
        />
      )}
      {found && found.items.length > 0 && (
        <div className={scenes.isPlaceholderData ? styles.stale : ''}>
          <List
            label={t('scenes.count', { count: found.total })}
            scenes={found.items}
            chosen={chosen}
            onChoose={choose}
            wanted={wanted}
            onSort={(sort) => set({ sort: sort === '-created_date' ? '' : sort })}
          />
        </div>
      )}
      {found && found.pages > 1 && !beyond && (
        <nav className={styles.pages} aria-label={t('scenes.pages')}>
          <Button
            kind="quiet"
            icon={ChevronLeft}
            label={t('scenes.pageBefore')}
            isDisabled={wanted.page <= 1}
            onPress={() => set({ page: wanted.page > 2 ? String(wanted.page - 1) : '' })}
          />
          <span className="number">{t('scenes.page', { page: wanted.page, pages: found.pages })}</span>
          <Button
            kind="quiet"
            icon={ChevronRight}
            label={t('scenes.pageAfter')}
            isDisabled={wanted.page >= found.pages}
            onPress={() => set({ page: String(wanted.page + 1) })}
          />
        </nav>
      )}
      <Bulk ids={[...chosen]} onClear={() => choose(new Set())} onGenerate={() => generate(true)} />
      <Generate
        open={generating}
        onClose={() => generate(false)}
        what={chosen.size ? { scene_ids: [...chosen] } : { filters: filtersOf(wanted) }}
        count={chosen.size || found?.total || 0}
        most={MOST_ANALYSED}
      />
    </div>
  )
}

type T = ReturnType<typeof useWords<Word>>['t']

const told = (
  stats: { total: number; organized: number; analyzed: number; absent: number } | undefined,
  t: T,
) =>
  // Its room is kept from the start, so that nothing jumps when it appears.
  !stats
    ? ' '
    : stats.total
      ? [
          t('scenes.count', { count: stats.total }),
          t('scenes.organizedCount', { count: stats.organized }),
          t('scenes.analyzedCount', { count: stats.analyzed }),
          ...(stats.absent ? [t('scenes.absentCount', { count: stats.absent })] : []),
        ].join(' · ')
      : t('scenes.text')

const sortsOf = (t: T): (readonly [string, string])[] =>
  SORTS.flatMap((by) =>
    [true, false].map((down) => {
      const name = sortName(by, down)
      return [name, t(`scenes.sort.${name}` as Word)] as const
    }),
  )

function View({ value, onChange }: { value: ScenesWanted['view']; onChange: (view: string) => void }) {
  const { t } = useWords<Word>()
  return (
    <RadioGroup
      aria-label={t('scenes.view')}
      orientation="horizontal"
      value={value}
      onChange={onChange}
      className={styles.view!}
    >
      <Radio value="grid" aria-label={t('scenes.view.grid')}>
        <LayoutGrid aria-hidden size={18} />
      </Radio>
      <Radio value="table" aria-label={t('scenes.view.table')}>
        <Rows3 aria-hidden size={18} />
      </Radio>
    </RadioGroup>
  )
}
