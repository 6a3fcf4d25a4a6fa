// "Download 214 files, 1.3 GB": the zip's layout, its progress, and then the file.
import { Download } from 'lucide-react'
import { useEffect, useMemo, useRef, useState } from 'react'
import {
  beginArchive,
  dropArchive,
  LAYOUTS,
  type Layout,
  MOST_CHOSEN,
  over,
  STRATEGIES,
  type Strategy,
  useArchive,
  usePlan,
} from '../../api/archives'
import { Problem } from '../../api/client'
import type { ArchiveAnswer, FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Bar, Button, Notice, Select, Sheet } from '../../ui/controls'
import { useDownload } from '../job/download'
import { type Chosen, chosenOf } from './chosen'
import styles from './Take.module.css'
import { ArchiveWords, type Word } from './words'

/** The button of a bar over selected files, with the dialog that it opens. files: undefined where one isn't loaded. */
export function Take({ files }: { files: readonly (FileAnswer | undefined)[] }) {
  return (
    <ArchiveWords>
      <TakeButton files={files} />
    </ArchiveWords>
  )
}

function TakeButton({ files }: { files: readonly (FileAnswer | undefined)[] }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const [open, setOpen] = useState(false)
  const known = useMemo(() => files.filter((file) => file !== undefined), [files])
  const chosen = useMemo(() => chosenOf(known), [known])
  const count = chosen.ids.length
  return (
    <>
      <Button
        kind="primary"
        icon={Download}
        isDisabled={count === 0 || known.length < files.length}
        onPress={() => setOpen(true)}
      >
        {t('archive.take', { count, size: quantities.bytes(chosen.bytes) })}
      </Button>
      <Sheet
        title={t('archive.take', { count, size: quantities.bytes(chosen.bytes) })}
        open={open}
        onClose={() => setOpen(false)}
      >
        <Making chosen={chosen} onClose={() => setOpen(false)} />
      </Sheet>
    </>
  )
}

function Making({ chosen, onClose }: { chosen: Chosen; onClose: () => void }) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const download = useDownload()
  const [layout, setLayout] = useState<Layout>('organised')
  const [strategy, setStrategy] = useState<Strategy>('auto')
  const [name, setName] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [begun, setBegun] = useState<ArchiveAnswer | null>(null)
  const { archive, error } = useArchive(begun)
  const key = useRef(crypto.randomUUID())
  const fetched = useRef(false)

  const begin = async () => {
    setBusy(true)
    setProblem(null)
    try {
      const named = name.trim() ? { name: name.trim() } : {}
      setBegun(await beginArchive({ file_ids: chosen.ids, layout, strategy, ...named }, key.current))
    } catch (error) {
      // Another try is another request: the fault of this one may be gone by then.
      key.current = crypto.randomUUID()
      if (!(error instanceof Problem)) throw error
      setProblem(error)
    } finally {
      setBusy(false)
    }
  }

  const plan = usePlan(chosen.ids)
  const taking = (one: Strategy) => {
    const estimate = plan && (one === 'auto' ? plan.estimate : plan[one])
    if (!estimate) return t(`archive.strategy.${one}`)
    const time = quantities.duration(Math.ceil(estimate.seconds))
    return t(`archive.strategy.${one}.takes`, { time, cost: quantities.dollars(estimate.usd) })
  }

  const ready = archive?.status === 'completed'
  const address = archive?.download_url
  useEffect(() => {
    if (!ready || !address || fetched.current) return
    fetched.current = true
    download.start(address)
  }, [ready, address, download])

  const wrong = [problem, error, download.error].find((one) => one instanceof Problem)
  return (
    <form
      className={styles.sheet}
      onSubmit={(event) => {
        event.preventDefault()
        void begin()
      }}
    >
      {chosen.left > 0 && !archive && (
        <Notice kind="warning" title={t('archive.left', { count: chosen.left })} />
      )}
      {wrong && (
        <Notice
          kind="error"
          title={wrong.unreachable ? t('offline.title') : said('error', wrong.code, wrong.message)}
        />
      )}
      {archive === null ? (
        <>
          {chosen.ids.length > MOST_CHOSEN && (
            <Notice kind="error" title={t('archive.tooMany', { count: MOST_CHOSEN })} />
          )}
          <Select<Layout>
            label={t('archive.layout')}
            value={layout}
            onChange={setLayout}
            options={LAYOUTS.map((one) => [one, t(`archive.layout.${one}`)] as const)}
          />
          <Select<Strategy>
            label={t('archive.strategy')}
            value={strategy}
            onChange={setStrategy}
            options={STRATEGIES.map((one) => [one, taking(one)] as const)}
          />
          <label className={styles.field}>
            {t('archive.name')}
            <input maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          </label>
        </>
      ) : archive.status === 'failed' ? (
        <Notice
          kind="error"
          title={said('error', archive.error_code ?? 'failed', archive.error_message ?? t('archive.failed'))}
        >
          {archive.error_message}
        </Notice>
      ) : archive.status === 'cancelled' ? (
        <Notice kind="info" title={t('archive.cancelled')} />
      ) : (
        <>
          <p role="status">
            {ready
              ? t('archive.ready', { size: quantities.bytes(archive.size_bytes) })
              : t('archive.making', { percent: Math.floor(archive.progress_percent) })}
          </p>
          <Bar
            value={archive.progress_percent}
            label={t('archive.making', { percent: Math.floor(archive.progress_percent) })}
          />
          <p className={styles.note}>{t('archive.kept')}</p>
        </>
      )}
      <div className={styles.actions}>
        {archive === null && (
          <>
            <Button onPress={onClose}>{t('close')}</Button>
            <Button
              kind="primary"
              type="submit"
              icon={Download}
              busy={busy}
              isDisabled={chosen.ids.length === 0 || chosen.ids.length > MOST_CHOSEN}
            >
              {t('archive.begin')}
            </Button>
          </>
        )}
        {archive !== null && !over(archive) && (
          <Button
            onPress={() => {
              void dropArchive(archive.archive_id).catch(() => undefined)
              onClose()
            }}
          >
            {t('archive.stop')}
          </Button>
        )}
        {archive !== null && over(archive) && (
          <>
            <Button onPress={onClose}>{t('close')}</Button>
            {ready && address && (
              <Button
                kind="primary"
                icon={Download}
                busy={download.busy}
                onPress={() => download.start(address)}
              >
                {t('archive.again')}
              </Button>
            )}
          </>
        )}
      </div>
    </form>
  )
}
