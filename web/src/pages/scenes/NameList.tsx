// Names of the catalogue to choose from: searched while typing, more of them on demand.
import { useState } from 'react'
import { type Names, useNames } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import { SearchField } from '../../ui/SearchField'
import { useSearch } from '../library/useSearch'
import styles from './NameList.module.css'
import type { Word } from './ScenesPages'

interface Props {
  kind: Names
  label: string
  chosen: readonly string[]
  /** At most one can be chosen. */
  single?: boolean
  onChoose: (ids: string[], names: ReadonlyMap<string, string>) => void
}

export function NameList({ kind, label, chosen, single, onChoose }: Props) {
  const { t } = useWords<Word>()
  const [search, setSearch] = useState('')
  const [text, type] = useSearch(search, setSearch)
  const names = useNames(kind, search)
  const found = names.data?.pages.flatMap((page) => page.items) ?? []
  const turn = (id: string) => {
    const on = !chosen.includes(id)
    const rest = single ? [] : chosen.filter((one) => one !== id)
    onChoose(on ? [...rest, id] : rest, new Map(found.map((one) => [one.id, one.name])))
  }
  return (
    <div className={styles.names}>
      <SearchField label={t('scenes.names.search')} value={text} onChange={type} />
      {names.isError && !names.data && (
        <Gone title={t('scenes.names.gone')} error={names.error} onAgain={() => void names.refetch()} />
      )}
      {names.isPending && <p className={styles.quiet}>{t('scenes.loading')}</p>}
      {names.data && found.length === 0 && <p className={styles.quiet}>{t('scenes.names.noneSuch')}</p>}
      {found.length > 0 && (
        <fieldset className={names.isPlaceholderData ? styles.stale : ''}>
          <legend className="visually-hidden">{label}</legend>
          {found.map((one) => (
            <label key={one.id} className={styles.name}>
              <input type="checkbox" checked={chosen.includes(one.id)} onChange={() => turn(one.id)} />
              <span>
                {one.name}
                {one.disambiguation && <small> ({one.disambiguation})</small>}
              </span>
              <small className="number" title={t('scenes.count', { count: one.scene_count })}>
                {one.scene_count}
              </small>
            </label>
          ))}
          {names.hasNextPage && (
            <Button kind="quiet" busy={names.isFetchingNextPage} onPress={() => void names.fetchNextPage()}>
              {t('more')}
            </Button>
          )}
        </fieldset>
      )}
    </div>
  )
}
