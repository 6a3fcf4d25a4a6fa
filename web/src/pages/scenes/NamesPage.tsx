// The performers, tags or studios of the catalogue, each with its number of scenes.
import { Link, useSearchParams } from 'react-router'
import { type Names, useNames } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button, ButtonLink, Empty } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { arrows, Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { SearchField } from '../../ui/SearchField'
import { useSearch } from '../library/useSearch'
import styles from './NamesPage.module.css'
import type { Word } from './ScenesPages'
import page from './scenes.module.css'
import { withName } from './wanted'

export function NamesPage({ kind }: { kind: Names }) {
  const { t } = useWords<Word>()
  const title = t(`scenes.names.${kind}`)
  useTitle(title)
  const [params, setParams] = useSearchParams()
  const search = (params.get('q') ?? '').slice(0, 200)
  const [text, type] = useSearch(search, (q) => setParams(q ? { q } : {}, { replace: true }))
  const names = useNames(kind, search)
  const found = names.data?.pages.flatMap((one) => one.items) ?? []
  const total = names.data?.pages[0]?.total ?? 0
  return (
    <div className={page.page}>
      <PageHead title={title} />
      <div className={page.tools}>
        <SearchField label={t('scenes.names.search')} value={text} onChange={type} />
        <p className={`number ${styles.count}`} role="status">
          {names.data && t('scenes.names.count', { count: total })}
        </p>
      </div>
      {names.isPending && <RowSkeleton rows={8} height={56} />}
      {names.isError && !names.data && (
        <Gone title={t('scenes.names.gone')} error={names.error} onAgain={() => void names.refetch()} />
      )}
      {names.data &&
        found.length === 0 &&
        (search ? (
          <Empty
            title={t('scenes.names.noneSuch')}
            action={<Button onPress={() => setParams({}, { replace: true })}>{t('filter.clear')}</Button>}
          />
        ) : (
          <Empty
            title={t('scenes.names.none')}
            action={
              <ButtonLink kind="primary" to="/scenes/sources">
                {t('scenes.connect')}
              </ButtonLink>
            }
          >
            {t('scenes.names.noneText')}
          </Empty>
        ))}
      {found.length > 0 && (
        <ul className={`${styles.names} ${names.isPlaceholderData ? page.stale : ''}`} onKeyDown={arrows}>
          {found.map((one) => (
            <li key={one.id}>
              <Link to={withName(kind, one.id)} data-stop>
                <span>
                  <strong>{one.name}</strong>
                  {(one.disambiguation || one.aliases.length > 0 || one.ignore_auto_tag) && (
                    <small>
                      {[
                        one.disambiguation,
                        one.aliases.join(', '),
                        one.ignore_auto_tag ? t('scenes.names.ignored') : '',
                      ]
                        .filter(Boolean)
                        .join(' · ')}
                    </small>
                  )}
                </span>
                <span className="number">{t('scenes.count', { count: one.scene_count })}</span>
              </Link>
            </li>
          ))}
        </ul>
      )}
      {names.hasNextPage && (
        <div className={page.more}>
          <Button busy={names.isFetchingNextPage} onPress={() => void names.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  )
}
