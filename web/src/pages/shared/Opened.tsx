// The files of a share: pictures, names, sizes, and downloads of some or all.
import { Download } from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { Problem } from '../../api/client'
import type { SharedAnswer } from '../../api/schema'
import type { Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice, Sheet } from '../../ui/controls'
import { TileGrid } from '../../ui/TileGrid'
import type { Word } from '../archives/words'
import styles from './SharedPage.module.css'
import { nameOf, SharedTile } from './SharedTile'
import { useDownloads } from './useDownloads'
import { useSharedFiles } from './useShared'

const TILE = { min: 200, ratio: 0.8, caption: 52 }

export function Opened({
  shared,
  visit,
  onChange,
}: {
  shared: SharedAnswer
  visit: Visit
  onChange: () => void
}) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const count = shared.file_count ?? 0
  const { files, error, look } = useSharedFiles(visit, count)
  const groups = useMemo(
    () => [{ key: 'all', title: null, members: Array.from({ length: count }, (_, n) => n) }],
    [count],
  )
  const render = useCallback((n: number) => <SharedTile file={files[n]} />, [files])
  const [selected, select] = useState<ReadonlySet<number>>(new Set())
  const [open, setOpen] = useState<number | null>(null)
  const { busy, problem, fetchAll } = useDownloads(visit, onChange)
  const chosen = [...selected].sort((a, b) => a - b).flatMap((n) => files[n] ?? [])
  const shown = open === null ? undefined : files[open]

  const wrong = problem ?? (error instanceof Problem ? error : null)
  return (
    <>
      <header className={styles.title}>
        <div>
          <h1>{shared.name}</h1>
          <p className="number">
            {t('shared.facts', {
              count,
              until: shared.expires_at ? quantities.day(shared.expires_at) : '',
            })}
            {shared.downloads_left != null && <> · {t('shared.left', { count: shared.downloads_left })}</>}
          </p>
        </div>
        <div className={styles.tools}>
          {shared.zips.length === 0 && <p role="status">{t('shared.making')}</p>}
          {shared.zips.map((zip) => (
            <Button
              key={zip.name}
              kind="primary"
              icon={Download}
              busy={busy}
              onPress={() => void fetchAll([{ zip: zip.name }])}
            >
              {shared.zips.length === 1
                ? t('shared.all', { size: quantities.bytes(zip.size_bytes) })
                : t('shared.part', { name: zip.filename, size: quantities.bytes(zip.size_bytes) })}
            </Button>
          ))}
        </div>
      </header>
      {wrong && (
        <Notice
          kind="error"
          title={wrong.unreachable ? t('offline.title') : said('error', wrong.code, wrong.message)}
        />
      )}
      {count > 0 && (
        <TileGrid
          label={t('library.files', { count })}
          groups={groups}
          tile={TILE}
          render={render}
          onOpen={setOpen}
          selected={selected}
          onSelect={select}
          onSight={look}
          shown={open}
          version={files}
        />
      )}
      {selected.size > 0 && (
        <div className={styles.bar} role="toolbar" aria-label={t('selected', { count: selected.size })}>
          <Button
            kind="primary"
            icon={Download}
            busy={busy}
            isDisabled={chosen.length < selected.size}
            onPress={() => void fetchAll(chosen.map((file) => ({ file_id: file.id })))}
          >
            {t('archive.take', {
              count: selected.size,
              size: quantities.bytes(chosen.reduce((sum, file) => sum + file.size_bytes, 0)),
            })}
          </Button>
          <Button kind="quiet" onPress={() => select(new Set())}>
            {t('clear')}
          </Button>
        </div>
      )}
      <Sheet title={shown ? nameOf(shown) : ''} open={shown !== undefined} onClose={() => setOpen(null)}>
        {shown && (
          <div className={styles.one}>
            {shown.thumbnail_url && (
              <img crossOrigin="anonymous" src={shown.thumbnail_url} alt={nameOf(shown)} />
            )}
            <p className="number">
              {shown.width && shown.height ? `${shown.width} × ${shown.height} · ` : ''}
              {quantities.bytes(shown.size_bytes)}
            </p>
            <Button
              kind="primary"
              icon={Download}
              busy={busy}
              onPress={() => {
                // A busy button has no focus, and a dialog without focus receives no keys.
                setOpen(null)
                void fetchAll([{ file_id: shown.id }])
              }}
            >
              {t('library.download')}
            </Button>
          </div>
        )}
      </Sheet>
    </>
  )
}
