import { Rows3, Trash2 } from 'lucide-react'
import { Suspense, useCallback, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import { useFileBin } from '../../api/bin'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import type { Grouping, PipelinePage } from '../../pipelines/contract'
import { BinnedFiles } from '../../ui/BinnedFiles'
import { Button, Empty, Notice, Select, Sheet } from '../../ui/controls'
import { Folded } from '../../ui/Folded'
import { SearchField } from '../../ui/SearchField'
import { type Group, type Jump, TileGrid } from '../../ui/TileGrid'
import { Share } from '../archives/Share'
import { Take } from '../archives/Take'
import { arrange, MONTH, monthOf, sortsOf, type View } from './arrange'
import type { FileBook } from './book'
import { Compare } from './Compare'
import styles from './FilesView.module.css'
import { FileTile } from './FileTile'
import { Months } from './Months'
import { Viewer } from './Viewer'

const TILE = { min: 188, ratio: 0.75, caption: 52 }
const STATES = ['inspected', 'duplicate', 'rejected', 'expected', 'inspecting'] as const
const COMPARED = 4

interface Props {
  book: FileBook
  page: PipelinePage
}

export function FilesView({ book, page }: Props) {
  const { t } = useWords<string>()
  const [params, setParams] = useSearchParams()
  const { grouping, timeline } = page
  const sorts = useMemo(() => sortsOf(page), [page])
  const ways = useMemo(
    () => [...(grouping ? [grouping.key] : []), ...(timeline ? [MONTH] : [])],
    [grouping, timeline],
  )
  const view: View = useMemo(
    () => ({
      text: params.get('q') ?? '',
      value: (grouping && params.get(grouping.key)) ?? '',
      state: params.get('state') ?? '',
      sort: sorts.find((one) => one === params.get('sort')) ?? 'number',
      grouped: ways.find((one) => one === params.get('group')) ?? '',
    }),
    [params, grouping, sorts, ways],
  )
  const set = useCallback(
    (name: string, value: string) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          if (value) next.set(name, value)
          else next.delete(name)
          return next
        },
        { replace: name !== 'file' },
      ),
    [setParams],
  )
  const arranged = useMemo(() => arrange(book.files, view, page), [book.files, view, page])
  const shown: Group[] = useMemo(
    () =>
      arranged.map(({ key, members }) => ({
        key,
        members,
        title:
          view.grouped === MONTH ? (
            <MonthTitle month={key} count={members.length} />
          ) : view.grouped && grouping ? (
            <GroupTitle grouping={grouping} value={key} count={members.length} />
          ) : null,
      })),
    [arranged, view.grouped, grouping],
  )
  const order = useMemo(() => arranged.flatMap((group) => group.members), [arranged])
  const [selected, select] = useState<ReadonlySet<number>>(new Set())
  const [comparing, compare] = useState(false)
  const bin = useFileBin((ids) => {
    select(new Set())
    book.remove(new Set(ids))
  })
  const remove = () => {
    const ids = [...selected].flatMap((n) => files[n]?.id ?? [])
    bin.mutate({ ids, back: false })
  }

  const { files } = book
  const days = useMemo(
    () =>
      view.grouped === MONTH && timeline ? order.map((n) => (files[n] ? timeline.dayOf(files[n]) : '')) : [],
    [view.grouped, timeline, order, files],
  )
  const render = useCallback((n: number) => <FileTile file={files[n]} page={page} />, [files, page])
  const [seen, see] = useState(0)
  const [jump, jumpTo] = useState<Jump | null>(null)
  const look = useCallback((items: readonly number[]) => book.look(items), [book])
  const seenFile = files[seen]
  const opened = params.get('file')
  const open = opened === null ? -1 : Number(opened)
  const filtered = Boolean(view.text || view.value || view.state)

  return (
    <section className={styles.view} aria-label={t('tab.files', { count: files.length })}>
      <div className={styles.tools}>
        <SearchField label={t('filter.name')} value={view.text} onChange={(text) => set('q', text)} />
        <Folded count={[view.value, view.state, view.sort !== 'number', view.grouped].filter(Boolean).length}>
          {grouping && (
            <Select
              label={t(grouping.key)}
              value={view.value}
              onChange={(value) => set(grouping.key, value)}
              options={[
                ['', t('all')],
                ...grouping.values.map((one) => [one, t(`${grouping.key}.${one}`)] as const),
              ]}
            />
          )}
          <Select
            label={t('filter.state')}
            value={view.state}
            onChange={(value) => set('state', value)}
            options={[['', t('all')], ...STATES.map((one) => [one, t(`file.${one}`)] as const)]}
          />
          <Select
            label={t('sort')}
            value={view.sort}
            onChange={(value) => set('sort', value === 'number' ? '' : value)}
            options={sorts.map((one) => [one, t(`sort.${one}`)] as const)}
          />
          {ways.length > 0 && (
            <Select
              label={t('group')}
              value={view.grouped}
              onChange={(value) => set('group', value)}
              options={[['', t('group.not')], ...ways.map((one) => [one, t(`group.${one}`)] as const)]}
            />
          )}
        </Folded>
      </div>

      {book.error !== null && (
        <Notice
          kind="error"
          title={t('files.gone')}
          action={<Button onPress={() => book.retry()}>{t('again')}</Button>}
        />
      )}
      {book.loaded < files.length &&
        book.error === null &&
        (filtered || view.sort !== 'number' || view.grouped) && (
          <p className={styles.loading} role="status">
            {t('files.loading', { done: book.loaded, count: files.length })}
          </p>
        )}
      {view.grouped === MONTH && timeline && arranged.length > 1 && (
        <Months
          months={arranged.map(({ key }) => key)}
          days={days}
          at={seenFile ? monthOf(timeline, seenFile) : ''}
          onMonth={(month) => jumpTo({ group: month })}
          onFile={(place) => jumpTo({ item: order[place]! })}
        />
      )}
      {order.length > 0 ? (
        // biome-ignore lint/a11y/noStaticElementInteractions: one more key for the list inside
        <div onKeyDown={(event) => event.key === 'Delete' && selected.size > 0 && remove()}>
          <TileGrid
            label={t('tab.files', { count: order.length })}
            groups={shown}
            tile={TILE}
            render={render}
            onOpen={(n) => set('file', String(n))}
            selected={selected}
            onSelect={select}
            onSight={look}
            jump={jump}
            {...(view.grouped === MONTH ? { onTop: see } : {})}
            shown={open >= 0 ? open : null}
            version={files}
          />
        </div>
      ) : filtered && book.loaded >= files.length ? (
        <Empty
          title={t('files.noneSuch')}
          action={
            <Button
              onPress={() => {
                for (const name of ['q', grouping?.key ?? 'state', 'state']) set(name, '')
              }}
            >
              {t('filter.clear')}
            </Button>
          }
        />
      ) : (
        files.length === 0 && <Empty title={t('files.none')}>{t('files.noneText')}</Empty>
      )}

      {selected.size > 0 && (
        <div className={styles.selection} role="toolbar" aria-label={t('selected', { count: selected.size })}>
          <strong className="number">{t('selected', { count: selected.size })}</strong>
          <Take files={[...selected].map((n) => files[n])} />
          <Share files={[...selected].map((n) => files[n])} />
          <Button
            icon={Rows3}
            isDisabled={selected.size < 2 || selected.size > COMPARED}
            onPress={() => compare(true)}
          >
            {t('compare')}
          </Button>
          {page.Selected && (
            // Without a boundary of its own the whole list would wait for it, and lose the focus.
            <Suspense>
              <page.Selected
                files={[...selected].flatMap((n) => files[n] ?? [])}
                onDone={() => select(new Set())}
              />
            </Suspense>
          )}
          <Button
            kind="danger"
            icon={Trash2}
            label={t('bin.throw', { count: selected.size })}
            busy={bin.isPending}
            onPress={remove}
          />
          <Button kind="quiet" onPress={() => select(new Set())}>
            {t('clear')}
          </Button>
        </div>
      )}
      <BinnedFiles bin={bin} />
      <Sheet full title={t('compare')} open={comparing} onClose={() => compare(false)} hideTitle>
        <Compare
          files={[...selected].sort((a, b) => a - b).map((n) => files[n])}
          onClose={() => compare(false)}
        />
      </Sheet>
      <Viewer
        book={book}
        order={order}
        open={open >= 0 && open < files.length ? open : null}
        page={page}
        onShow={(n) =>
          setParams(
            (before) => {
              const next = new URLSearchParams(before)
              next.set('file', String(n))
              return next
            },
            { replace: true },
          )
        }
        onClose={() => set('file', '')}
      />
    </section>
  )
}

function MonthTitle({ month, count }: { month: string; count: number }) {
  const { t } = useWords()
  const quantities = useQuantities()
  return (
    <span className={styles.group}>
      <strong>{month ? quantities.month(month) : t('month.none')}</strong>
      <small className="number">{t('files', { count })}</small>
    </span>
  )
}

function GroupTitle({ grouping, value, count }: { grouping: Grouping; value: string; count: number }) {
  const { t } = useWords()
  return (
    <span className={styles.group}>
      <grouping.Mark value={value} />
      <small className="number">{t('files', { count })}</small>
    </span>
  )
}
