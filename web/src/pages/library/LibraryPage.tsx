// Every file of every job: to be searched, viewed, described, put into another job or into the bin.
import { useCallback, useMemo } from 'react'
import { Radio, RadioGroup } from 'react-aria-components'
import { useSearchParams } from 'react-router'
import { useFileBin } from '../../api/bin'
import { KINDS, LIBRARY_SORTS, type LibrarySort } from '../../api/library'
import { useWords } from '../../i18n'
import { BinnedFiles } from '../../ui/BinnedFiles'
import { Button, ButtonLink, Empty, Select } from '../../ui/controls'
import { Folded } from '../../ui/Folded'
import { useTitle } from '../../ui/hooks'
import { Gone, PageHead } from '../../ui/Page'
import { SearchField } from '../../ui/SearchField'
import { TileGrid } from '../../ui/TileGrid'
import { FileSheet } from './FileSheet'
import styles from './LibraryPage.module.css'
import { LibraryTile } from './LibraryTile'
import { Selection } from './Selection'
import { useLibraryFiles } from './useLibraryFiles'
import { useSearch } from './useSearch'
import { useSelected } from './useSelected'
import { wantedOf } from './wanted'

const TILE = { min: 188, ratio: 0.75, caption: 52 }

export default function LibraryPage() {
  const { t } = useWords()
  useTitle(t('nav.library'))
  const [params, setParams] = useSearchParams()
  const wanted = useMemo(() => wantedOf(params), [params])
  const set = useCallback(
    (name: string, value: string) =>
      setParams(
        (before) => {
          const next = new URLSearchParams(before)
          if (value) next.set(name, value)
          else next.delete(name)
          return next
        },
        { replace: true },
      ),
    [setParams],
  )
  const [text, type] = useSearch(wanted.search, (search) => set('q', search))
  const library = useLibraryFiles(wanted)
  const { files } = library
  const selection = useSelected(library, `${wanted.kind} ${wanted.search} ${wanted.sort}`)
  const groups = useMemo(() => [{ key: 'all', title: null, members: files.map((_, n) => n) }], [files])
  const render = useCallback((n: number) => <LibraryTile file={files[n]} />, [files])
  const bin = useFileBin(selection.forget)
  const remove = (ids: readonly string[]) => bin.mutate({ ids, back: false })
  const removeSelected = () => remove(selection.files.map((file) => file.id))
  const open = params.get('file')
  const shown = open === null ? -1 : files.findIndex((one) => one?.id === open)
  const filtered = Boolean(wanted.kind || wanted.search)

  return (
    <div className={styles.page}>
      <PageHead title={t('nav.library')}>
        <Select<LibrarySort>
          label={t('sort')}
          value={wanted.sort}
          onChange={(value) => set('sort', value === 'newest' ? '' : value)}
          options={LIBRARY_SORTS.map((one) => [one, t(`library.sort.${one}`)] as const)}
        />
      </PageHead>
      <div className={styles.tools}>
        <SearchField label={t('library.search')} value={text} onChange={type} />
        <Folded count={wanted.kind ? 1 : 0}>
          <RadioGroup
            aria-label={t('library.kind')}
            orientation="horizontal"
            value={wanted.kind || 'all'}
            onChange={(kind) => set('type', kind === 'all' ? '' : kind)}
            className={styles.kinds!}
          >
            {(['all', ...KINDS] as const).map((kind) => (
              <Radio key={kind} value={kind} className={styles.kind!}>
                {t(`library.kind.${kind}`)}
              </Radio>
            ))}
          </RadioGroup>
        </Folded>
      </div>

      {library.error !== null && (
        <Gone title={t('library.gone')} error={library.error} onAgain={library.again} />
      )}
      {library.pending && library.error === null && <Tiles />}
      {files.length > 0 && (
        // biome-ignore lint/a11y/noStaticElementInteractions: one more key for the list inside
        <div
          className={library.stale ? styles.stale : ''}
          onKeyDown={(event) => {
            if (event.key === 'Delete' && selection.files.length) removeSelected()
          }}
        >
          <TileGrid
            label={t('library.files', { count: files.length })}
            groups={groups}
            tile={TILE}
            render={render}
            onOpen={(n) => files[n] && set('file', files[n].id)}
            selected={selection.places}
            onSelect={selection.onSelect}
            onSight={library.look}
            shown={shown < 0 ? null : shown}
            version={files}
          />
        </div>
      )}
      {!library.pending && library.error === null && files.length === 0 && (
        <Nothing filtered={filtered} onAll={() => setParams({}, { replace: true })} />
      )}
      <p className="visually-hidden" role="status">
        {!library.pending && t('library.files', { count: files.length })}
      </p>
      <Selection
        files={selection.files}
        onClear={selection.clear}
        removing={bin.isPending}
        onRemove={removeSelected}
      />
      <BinnedFiles bin={bin} />
      <FileSheet
        id={open}
        library={library}
        onShow={(id) => set('file', id)}
        onTag={(tag) => setParams({ q: tag }, { replace: true })}
        onDelete={(file) => {
          set('file', '')
          remove([file.id])
        }}
        onClose={() => set('file', '')}
      />
    </div>
  )
}

function Nothing({ filtered, onAll }: { filtered: boolean; onAll: () => void }) {
  const { t } = useWords()
  return filtered ? (
    <Empty title={t('files.noneSuch')} action={<Button onPress={onAll}>{t('filter.clear')}</Button>} />
  ) : (
    <Empty
      title={t('library.none')}
      action={
        <ButtonLink kind="primary" to="/">
          {t('nav.drop')}
        </ButtonLink>
      }
    >
      {t('library.noneText')}
    </Empty>
  )
}

/** As many tiles as a window holds, as large as the real ones. */
function Tiles() {
  return (
    <div className={styles.waiting} aria-hidden>
      {Array.from({ length: 12 }, (_, n) => (
        <LibraryTile key={n} file={undefined} />
      ))}
    </div>
  )
}
