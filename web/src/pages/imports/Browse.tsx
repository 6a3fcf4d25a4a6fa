// Folders, as far as they have been opened; files are shown for orientation, not for choice.
import { useInfiniteQuery } from '@tanstack/react-query'
import { ChevronRight, File as FileIcon, Folder } from 'lucide-react'
import { type KeyboardEvent, useEffect, useRef, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { importFolders } from '../../api/imports'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Empty } from '../../ui/controls'
import { arrows, Gone, RowSkeleton } from '../../ui/Page'
import { crumbsOf } from './crumbs'
import styles from './ImportPage.module.css'
import type { Word } from './words'

/** The files of a folder shown at first. */
const FEW = 12

const to = (path: string) => (path ? `/import?${new URLSearchParams({ path })}` : '/import')

export function Browse({ path }: { path: string }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const navigate = useNavigate()
  const found = useInfiniteQuery(importFolders(path))
  const [all, showAll] = useState('')
  const pages = found.data?.pages ?? []
  const folders = pages.flatMap((page) => page.folders)
  const files = pages.flatMap((page) => page.files)
  const crumbs = path ? crumbsOf(pages[0]?.path ?? path, pages[0]?.root ?? null) : []
  const shown = all === path ? files : files.slice(0, FEW)
  const here = useRef<HTMLAnchorElement>(null)
  const before = useRef(path)

  // After a folder is opened, the focus moves to its name.
  useEffect(() => {
    if (before.current !== path) here.current?.focus({ preventScroll: true })
    before.current = path
  }, [path])

  const keys = (event: KeyboardEvent<HTMLElement>) => {
    arrows(event)
    if (event.key === 'Backspace' && path) {
      event.preventDefault()
      navigate(to(crumbs.at(-2)?.path ?? ''))
    }
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the links in it have the focus
    <div className={styles.browse} onKeyDown={keys}>
      <nav aria-label={t('import.way')}>
        <ol className={styles.crumbs}>
          <li>
            <Link to="/import" data-stop {...(path ? {} : { ref: here, 'aria-current': 'page' as const })}>
              {t('import.places')}
            </Link>
          </li>
          {crumbs.map((crumb, n) => {
            const last = n === crumbs.length - 1
            return (
              <li key={crumb.path}>
                <ChevronRight aria-hidden size={16} />
                <Link
                  to={to(crumb.path)}
                  data-stop
                  {...(last ? { ref: here, 'aria-current': 'page' as const } : {})}
                >
                  {crumb.name}
                </Link>
              </li>
            )
          })}
        </ol>
      </nav>
      {found.isPending && <RowSkeleton rows={4} height={48} />}
      {found.isError && !found.data && (
        <Gone title={t('import.gone')} error={found.error} onAgain={() => void found.refetch()} />
      )}
      {found.data && !folders.length && !files.length && (
        <Empty title={t(path ? 'import.empty' : 'import.nowhere')}>
          {t(path ? 'import.emptyText' : 'import.nowhereText')}
        </Empty>
      )}
      {folders.length > 0 && (
        <ul className={styles.rows} aria-label={t('import.folders')}>
          {folders.map((folder) => (
            <li key={folder.path}>
              <Link to={to(folder.path)} className={styles.row} data-stop>
                <Folder aria-hidden size={20} strokeWidth={1.7} />
                <span className={styles.name}>{folder.name}</span>
                <ChevronRight aria-hidden size={18} />
              </Link>
            </li>
          ))}
        </ul>
      )}
      {shown.length > 0 && (
        <ul className={styles.rows} aria-label={t('import.files')}>
          {shown.map((file) => (
            <li key={file.name} className={styles.row}>
              <FileIcon aria-hidden size={20} strokeWidth={1.5} />
              <span className={styles.name}>
                {file.name}
                {file.ignored && <small>{t('import.ignored')}</small>}
              </span>
              <small className="number">
                {quantities.bytes(file.size_bytes)} · {quantities.day(file.modified_at)}
              </small>
            </li>
          ))}
        </ul>
      )}
      {shown.length < files.length && (
        <span>
          <Button kind="quiet" onPress={() => showAll(path)}>
            {t('import.allFiles', { count: files.length - shown.length })}
          </Button>
        </span>
      )}
      {shown.length === files.length && found.hasNextPage && (
        <span>
          <Button
            busy={found.isFetchingNextPage}
            onPress={() => {
              showAll(path)
              void found.fetchNextPage()
            }}
          >
            {t('import.more')}
          </Button>
        </span>
      )}
      {found.isFetchNextPageError && (
        <Gone title={t('import.gone')} error={found.error} onAgain={() => void found.fetchNextPage()} />
      )}
    </div>
  )
}
