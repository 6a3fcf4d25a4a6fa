// Shared files, for those who have the address: pictures, names, sizes, and all of it or some to download.
import { Check, Download, File as FileIcon } from 'lucide-react'
import { type FormEvent, lazy, memo, Suspense, useCallback, useEffect, useMemo, useState } from 'react'
import { useParams } from 'react-router'
import { Problem } from '../../api/client'
import type { SharedAnswer, SharedFile } from '../../api/schema'
import { downloadShared, readShared, unlockShared, type Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { LANGUAGES, type Language } from '../../i18n/languages'
import { useQuantities } from '../../i18n/quantities'
import { Button, Empty, Notice, Select, Sheet, Skeleton } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { TileGrid } from '../../ui/TileGrid'
import { ArchiveWords, type Word } from '../archives/words'
import styles from './SharedPage.module.css'
import { useSharedFiles } from './useShared'

const Give = lazy(() => import('../collect/Give'))

const TILE = { min: 200, ratio: 0.8, caption: 52 }
/** Between two downloads that a browser is given: at once, it keeps the last one alone. */
const BETWEEN = 700
const ASK_AGAIN = 4000

export default function SharedPage() {
  return (
    <ArchiveWords>
      <Visited />
    </ArchiveWords>
  )
}

function Visited() {
  const { t, language, setLanguage } = useWords<Word>()
  const { token = '' } = useParams()
  const [pass, setPass] = useState('')
  const visit = useMemo<Visit>(() => ({ token, pass }), [token, pass])
  const [shared, setShared] = useState<SharedAnswer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [asked, ask] = useState(0)
  useTitle(shared?.name ?? t('shared.title'))

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked is the wish to look again
  useEffect(() => {
    const stop = new AbortController()
    readShared(visit, stop.signal).then(
      (found) => {
        setError(null)
        setShared(found)
      },
      (caught: unknown) => {
        if (!stop.signal.aborted) setError(caught)
      },
    )
    return () => stop.abort()
  }, [visit, asked])
  // Its zip may still be being made.
  const waiting = shared !== null && !shared.locked && !shared.collect && shared.zips.length === 0
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => ask((n) => n + 1), ASK_AGAIN)
    return () => clearTimeout(timer)
  })

  const gone = error instanceof Problem && error.status === 404
  return (
    <>
      <meta name="robots" content="noindex, nofollow" />
      <header className={styles.head}>
        <span className={styles.mark}>Millrace</span>
        <Select<Language>
          label={t('language')}
          hideLabel
          value={language}
          onChange={setLanguage}
          options={Object.entries(LANGUAGES) as [Language, string][]}
        />
      </header>
      <main id="main" className={styles.main}>
        {gone ? (
          <Empty whole title={t('shared.gone')}>
            {t('shared.goneText')}
          </Empty>
        ) : error !== null && shared === null ? (
          <Notice
            kind="error"
            title={t('offline.title')}
            action={<Button onPress={() => ask((n) => n + 1)}>{t('again')}</Button>}
          />
        ) : shared === null ? (
          <Skeleton lines={4} />
        ) : shared.locked ? (
          <Locked visit={visit} onOpen={setPass} />
        ) : shared.collect ? (
          <Suspense fallback={<Skeleton lines={4} />}>
            <Give shared={shared} collect={shared.collect} visit={visit} onChange={() => ask((n) => n + 1)} />
          </Suspense>
        ) : (
          <Opened shared={shared} visit={visit} onChange={() => ask((n) => n + 1)} />
        )}
      </main>
    </>
  )
}

function Locked({ visit, onOpen }: { visit: Visit; onOpen: (pass: string) => void }) {
  const { t, said } = useWords<Word>()
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const open = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      onOpen((await unlockShared(visit, password)).share_pass)
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught
      setProblem(caught)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.locked} onSubmit={(event) => void open(event)}>
      <h1>{t('shared.locked')}</h1>
      {problem && (
        <Notice
          kind="error"
          title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
        />
      )}
      <label className={styles.field}>
        {t('shared.password')}
        <input
          type="password"
          autoComplete="off"
          required
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <Button kind="primary" type="submit" busy={busy}>
        {t('shared.open')}
      </Button>
    </form>
  )
}

function Opened({ shared, visit, onChange }: { shared: SharedAnswer; visit: Visit; onChange: () => void }) {
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
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const chosen = [...selected].sort((a, b) => a - b).flatMap((n) => files[n] ?? [])
  const shown = open === null ? undefined : files[open]

  const fetchAll = async (wanted: readonly ({ file_id: string } | { zip: string })[]) => {
    setBusy(true)
    setProblem(null)
    try {
      for (const [n, one] of wanted.entries()) {
        if (n) await new Promise((resolve) => setTimeout(resolve, BETWEEN))
        const link = document.createElement('a')
        link.href = (await downloadShared(visit, one)).url
        link.rel = 'noreferrer'
        link.click()
      }
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught
      setProblem(caught)
    } finally {
      setBusy(false)
      onChange()
    }
  }

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
                // A button that is busy has no focus, and a dialog without it hears no key.
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

const SharedTile = memo(function SharedTile({ file }: { file: SharedFile | undefined }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  if (!file)
    return (
      <span className={styles.tile}>
        <span className={styles.picture} />
        <span className="visually-hidden">{t('loading')}</span>
      </span>
    )
  return (
    <span className={styles.tile}>
      <span className={styles.picture}>
        {file.thumbnail_url ? (
          <img crossOrigin="anonymous" src={file.thumbnail_url} alt="" decoding="async" draggable={false} />
        ) : (
          <span className={styles.glyph}>
            <FileIcon aria-hidden size={30} strokeWidth={1.3} />
          </span>
        )}
        <span className={styles.check} data-select>
          <Check aria-hidden size={16} strokeWidth={3} />
        </span>
      </span>
      <span className={styles.caption}>
        <span className={styles.name}>{nameOf(file)}</span>
        <span className={`${styles.facts} number`}>{quantities.bytes(file.size_bytes)}</span>
      </span>
    </span>
  )
})

const nameOf = (file: SharedFile) => file.filename.split('/').at(-1) ?? file.filename
