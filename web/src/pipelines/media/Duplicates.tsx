// Files that are or look the same, group by group: only groups in sight are rendered, and the next page is fetched as
// it comes near.
import { useWindowVirtualizer } from '@tanstack/react-virtual'
import { Rows3 } from 'lucide-react'
import { useEffect, useLayoutEffect, useRef, useState } from 'react'
import { FINAL } from '../../api/queries'
import type { DuplicateGroupAnswer } from '../../api/schema'
import { Compare, SideBySide } from '../../pages/job/Compare'
import { Button, Empty, Notice, Sheet, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import { Choice, KeepBest, keptOf } from './Choice'
import styles from './Duplicates.module.css'
import { type Kind, useDuplicates } from './queries'
import { useOwnWords } from './words'

const KINDS = ['exact', 'similar'] as const
/** The most files of a group that are shown side by side. */
const SHOWN = 12
const HEIGHT = 460

type Row =
  | { is: 'title'; kind: Kind; total: number }
  | { is: 'group'; group: DuplicateGroupAnswer }
  | { is: 'more'; kind: Kind }
  | { is: 'gone'; kind: Kind }

export default function Duplicates({ job, how }: JobView) {
  const { t } = useOwnWords()
  const found = {
    exact: useDuplicates(job, how, 'exact'),
    similar: useDuplicates(job, how, 'similar'),
  }
  const [compared, compare] = useState<DuplicateGroupAnswer | null>(null)
  const rows = KINDS.flatMap((kind) => rowsOf(kind, found[kind]))
  const box = useRef<HTMLDivElement>(null)
  const [top, setTop] = useState(0)
  useLayoutEffect(() => {
    const measure = () => box.current && setTop(box.current.getBoundingClientRect().top + window.scrollY)
    measure()
    const watcher = new ResizeObserver(measure)
    watcher.observe(document.body)
    return () => watcher.disconnect()
  }, [])
  const virtual = useWindowVirtualizer({
    count: rows.length,
    estimateSize: (n) => (rows[n]?.is === 'group' ? HEIGHT : 110),
    getItemKey: (n) => keyOf(rows[n]!),
    overscan: 2,
    scrollMargin: top,
  })
  const seen = virtual.getVirtualItems()
  const wanted = seen.map((one) => rows[one.index]).find((row) => row?.is === 'more')
  const next = wanted?.is === 'more' ? found[wanted.kind] : null
  useEffect(() => {
    if (next?.hasNextPage && !next.isFetchingNextPage) void next.fetchNextPage()
  }, [next])

  const known = KINDS.every((kind) => found[kind].data)
  const final = Boolean(found.exact.data?.pages[0]?.final)
  const word = (kind: string) => t(kind === 'exact' ? 'duplicates.kept' : 'duplicates.best')
  const similarAt = rows.findIndex((row) => row.is === 'title' && row.kind === 'similar')
  if (!rows.length)
    return known ? (
      <Empty title={final ? t('duplicates.none') : t('duplicates.notYet')}>
        {!final && !FINAL.has(how.status) ? t('duplicates.notYetText') : null}
      </Empty>
    ) : (
      <div role="status" aria-label={t('loading')}>
        <Skeleton lines={4} />
      </div>
    )
  return (
    <div className={styles.groups}>
      <Sheet full hideTitle title={t('compare')} open={compared !== null} onClose={() => compare(null)}>
        {compared && (
          <Compare
            files={compared.files}
            kept={keptOf(compared)}
            keptWord={word(compared.kind)}
            onClose={() => compare(null)}
          />
        )}
      </Sheet>
      {!final && known && <p className={styles.note}>{t('duplicates.notYetText')}</p>}
      {similarAt > 0 && rows.length > 8 && (
        <span>
          <Button onPress={() => virtual.scrollToIndex(similarAt, { align: 'start' })}>
            {t('duplicates.toSimilar')}
          </Button>
        </span>
      )}
      <div ref={box} className={styles.rows} style={{ height: virtual.getTotalSize() }}>
        {seen.map((line) => {
          const row = rows[line.index]!
          return (
            <div
              key={line.key}
              ref={virtual.measureElement}
              data-index={line.index}
              className={styles.row}
              style={{ transform: `translateY(${line.start - top}px)` }}
            >
              {row.is === 'title' && (
                <header>
                  <h2>{t(row.kind === 'exact' ? 'duplicates.exact' : 'duplicates.similar')}</h2>
                  <p>
                    {t('duplicates.groups', { count: row.total })}{' '}
                    {t(row.kind === 'exact' ? 'duplicates.exactText' : 'duplicates.similarText')}
                  </p>
                  {row.kind === 'similar' && how.status === 'completed' && <KeepBest job={job} />}
                </header>
              )}
              {row.is === 'group' && (
                <article>
                  <SideBySide
                    files={row.group.files.slice(0, SHOWN)}
                    kept={keptOf(row.group)}
                    keptWord={word(row.group.kind)}
                    actions={
                      how.status === 'completed'
                        ? (file) => <Choice job={job} group={row.group} file={file} />
                        : undefined
                    }
                  />
                  {row.group.size > SHOWN && <p>{t('duplicates.more', { count: row.group.size - SHOWN })}</p>}
                  {row.group.kind === 'similar' && (
                    <span>
                      <Button icon={Rows3} onPress={() => compare(row.group)}>
                        {t('compare')}
                      </Button>
                    </span>
                  )}
                </article>
              )}
              {row.is === 'more' && <Skeleton lines={3} />}
              {row.is === 'gone' && (
                <Notice
                  kind="error"
                  title={t('duplicates.gone')}
                  action={
                    <Button
                      onPress={() =>
                        void (found[row.kind].data
                          ? found[row.kind].fetchNextPage()
                          : found[row.kind].refetch())
                      }
                    >
                      {t('again')}
                    </Button>
                  }
                />
              )}
            </div>
          )
        })}
      </div>
    </div>
  )
}

function rowsOf(kind: Kind, { data, hasNextPage, isError }: ReturnType<typeof useDuplicates>): Row[] {
  if (!data) return isError ? [{ is: 'gone', kind }] : []
  const total = data.pages[0]?.total ?? 0
  if (!total) return []
  const groups = data.pages.flatMap((page) => page.items.map((group): Row => ({ is: 'group', group })))
  const rest: Row[] = isError ? [{ is: 'gone', kind }] : hasNextPage ? [{ is: 'more', kind }] : []
  return [{ is: 'title', kind, total }, ...groups, ...rest]
}

const keyOf = (row: Row) =>
  row.is === 'group' ? `${row.group.kind} ${row.group.kept}` : `${row.is} ${row.kind}`
