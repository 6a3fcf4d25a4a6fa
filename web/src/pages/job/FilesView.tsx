import { Rows3, Search } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useSearchParams } from 'react-router'
import type { DuplicateGroupAnswer, JobAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Empty, Notice, Select, Sheet, Switch } from '../../ui/controls'
import { type Group, TileGrid } from '../../ui/TileGrid'
import { arrange, CONFIDENCES, type Confidence, SORTS, type Sort, type View } from './arrange'
import type { FileBook } from './book'
import { Compare } from './Compare'
import { ConfidenceMark } from './ConfidenceMark'
import styles from './FilesView.module.css'
import { FileTile } from './FileTile'
import { Viewer } from './Viewer'

const TILE = { min: 188, ratio: 0.75, caption: 52 }
const STATES = ['inspected', 'duplicate', 'rejected', 'expected', 'inspecting'] as const
const COMPARED = 4

interface Props {
  job: JobAnswer
  book: FileBook
  groups: readonly DuplicateGroupAnswer[]
}

export function FilesView({ job, book, groups }: Props) {
  const { t } = useWords()
  const [params, setParams] = useSearchParams()
  const media = job.pipeline === 'media'
  const view: View = useMemo(
    () => ({
      text: params.get('q') ?? '',
      confidence: (params.get('confidence') ?? '') as Confidence | '',
      state: params.get('state') ?? '',
      sort: (SORTS as readonly string[]).includes(params.get('sort') ?? '')
        ? (params.get('sort') as Sort)
        : 'number',
      grouped: params.get('group') === 'confidence',
    }),
    [params],
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
  const arranged = useMemo(() => arrange(book.files, view), [book.files, view])
  const shown: Group[] = useMemo(
    () =>
      arranged.map(({ key, members }) => ({
        key,
        members,
        title: key === 'all' ? null : <GroupTitle confidence={key} count={members.length} />,
      })),
    [arranged],
  )
  const order = useMemo(() => arranged.flatMap((group) => group.members), [arranged])
  const [selected, select] = useState<ReadonlySet<number>>(new Set())
  const [comparing, compare] = useState(false)

  const { files } = book
  const render = useCallback((n: number) => <FileTile file={files[n]} />, [files])
  const look = useCallback((items: readonly number[]) => book.look(items), [book])
  const opened = params.get('file')
  const open = opened === null ? -1 : Number(opened)
  const filtered = Boolean(view.text || view.confidence || view.state)

  return (
    <section className={styles.view} aria-label={t('tab.files', { count: files.length })}>
      <div className={styles.tools}>
        <label className={styles.search}>
          <Search aria-hidden size={18} />
          <input
            type="search"
            aria-label={t('filter.name')}
            placeholder={t('filter.name')}
            value={view.text}
            onChange={(e) => set('q', e.target.value)}
          />
        </label>
        <div className={styles.choices}>
          {media && (
            <Select
              label={t('confidence')}
              value={view.confidence}
              onChange={(value) => set('confidence', value)}
              options={[['', t('all')], ...CONFIDENCES.map((one) => [one, t(`confidence.${one}`)] as const)]}
            />
          )}
          <Select
            label={t('filter.state')}
            value={view.state}
            onChange={(value) => set('state', value)}
            options={[['', t('all')], ...STATES.map((one) => [one, t(`file.${one}`)] as const)]}
          />
          <Select<Sort>
            label={t('sort')}
            value={view.sort}
            onChange={(value) => set('sort', value === 'number' ? '' : value)}
            options={SORTS.filter(
              (one) => media || !['timestamp', '-timestamp', 'confidence'].includes(one),
            ).map((one) => [one, t(`sort.${one}`)] as const)}
          />
          {media && (
            <Switch isSelected={view.grouped} onChange={(on) => set('group', on ? 'confidence' : '')}>
              {t('group.confidence')}
            </Switch>
          )}
        </div>
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
      {order.length > 0 ? (
        <TileGrid
          label={t('tab.files', { count: order.length })}
          groups={shown}
          tile={TILE}
          render={render}
          onOpen={(n) => set('file', String(n))}
          selected={selected}
          onSelect={select}
          onSight={look}
          shown={open >= 0 ? open : null}
          version={files}
        />
      ) : filtered && book.loaded >= files.length ? (
        <Empty
          title={t('files.noneSuch')}
          action={
            <Button
              onPress={() => {
                for (const name of ['q', 'confidence', 'state']) set(name, '')
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
          <Button
            icon={Rows3}
            isDisabled={selected.size < 2 || selected.size > COMPARED}
            onPress={() => compare(true)}
          >
            {t('compare')}
          </Button>
          <Button kind="quiet" onPress={() => select(new Set())}>
            {t('clear')}
          </Button>
        </div>
      )}
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
        groups={groups}
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

function GroupTitle({ confidence, count }: { confidence: Confidence; count: number }) {
  const { t } = useWords()
  return (
    <span className={styles.group}>
      <ConfidenceMark confidence={confidence} />
      <small className="number">{t('files', { count })}</small>
    </span>
  )
}
