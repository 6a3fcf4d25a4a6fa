// The page where people without an account put files into a user's job: they see their own files, and nothing else.
import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, LoaderCircle, Upload } from 'lucide-react'
import { type DragEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { given } from '../../api/collect'
import type { CollectAnswer, GivenFile, SharedAnswer } from '../../api/schema'
import type { Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Bar, Button, Empty, Notice } from '../../ui/controls'
import { type Chosen, type Refusal, refusal } from '../../upload/checks'
import { UploadEngine } from '../../upload/engine'
import { type Item, isStuck } from '../../upload/item'
import { reading } from '../../upload/reading'
import type { JobRecord } from '../../upload/record'
import { Choosers } from '../drop/Choosers'
import { Stuck } from '../drop/Stuck'
import styles from './Give.module.css'
import { giftOf } from './gift'
import { CollectWords, type Word } from './words'

interface Props {
  shared: SharedAnswer
  collect: CollectAnswer
  visit: Visit
  /** Called when files were sent since the last look. */
  onChange: () => void
}

interface Refused {
  path: string
  size: number
  why: Refusal
}

const LOOK_EVERY = 5000
const DRAWN = 200
const OVER = new Set(['inspected', 'rejected', 'duplicate'])

export default function Give(props: Props) {
  return (
    <CollectWords>
      <Giving {...props} />
    </CollectWords>
  )
}

function Giving({ shared, collect, visit, onChange }: Props) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const [name, setName] = useState('')
  const [over, setOver] = useState(false)
  const latest = useRef(visit)
  latest.current = visit
  const [upload] = useState(() => new UploadEngine(giftOf(() => latest.current)))
  const version = useSyncExternalStore(upload.watch, upload.seen)
  const [found, setFound] = useState<JobRecord | null>(null)
  const [refused, setRefused] = useState<readonly Refused[]>([])
  const wanted = upload.items.filter((one) => one.state !== 'left')
  const sent = upload.count('sent')
  const sending =
    upload.count('sending', 'ready') + (upload.phase === 'working' ? upload.count('waiting') : 0)
  const states = useStates(visit, upload.job?.jobId ?? '', upload.items, version)

  useEffect(() => {
    // A browser without storage has no unfinished gift.
    upload.unfinished().then(setFound, () => undefined)
  }, [upload])

  // The remaining room is read again once all files are sent.
  const asked = useRef(0)
  useEffect(() => {
    if (sending || sent === asked.current) return
    asked.current = sent
    onChange()
  }, [sending, sent, onChange])

  useEffect(() => {
    if (!sending) return
    const warn = (event: BeforeUnloadEvent) => event.preventDefault()
    window.addEventListener('beforeunload', warn)
    return () => window.removeEventListener('beforeunload', warn)
  }, [sending])

  const goOn = async (job: JobRecord) => {
    setFound(null)
    setName(job.giver ?? '')
    await upload.goOn(job)
  }
  const take = async (files: Chosen[]) => {
    if (found) await goOn(found)
    upload.supply(files)
    const known = new Set(upload.items.map(({ path, size }) => `${path}\n${size}`))
    const supplied = new Set(upload.items.map(({ file }) => file))
    const fresh = files.filter((one) => !supplied.has(one.file) && !known.has(`${one.path}\n${one.size}`))
    const good = fresh.filter((one) => !refusal(one, collect))
    setRefused((before) => [
      ...before,
      ...fresh.flatMap((one) => {
        const why = refusal(one, collect)
        const again = before.some(({ path, size }) => path === one.path && size === one.size)
        return why && !again ? [{ path: one.path, size: one.size, why }] : []
      }),
    ])
    if (!good.length) return
    upload.add(good, {
      pipeline: collect.pipeline,
      name: shared.name ?? '',
      share: visit.token,
      giver: name.trim(),
      ...(shared.expires_at ? { until: Date.parse(shared.expires_at) } : {}),
    })
  }
  const choose = (files: Chosen[]) => void take(files)
  const drop = (event: DragEvent) => {
    event.preventDefault()
    setOver(false)
    void reading.transfer(event.dataTransfer).then(take)
  }

  return (
    <div className={styles.give}>
      <header>
        <h1>{shared.name}</h1>
        <p className={styles.note}>
          {t('give.text', { until: shared.expires_at ? quantities.day(shared.expires_at) : '' })}
        </p>
      </header>
      {collect.open ? (
        <section
          className={`${styles.zone} ${over ? styles.over : ''}`}
          aria-label={t('give.zone')}
          onDragOver={(event) => {
            event.preventDefault()
            setOver(true)
          }}
          onDragLeave={() => setOver(false)}
          onDrop={drop}
        >
          <Upload aria-hidden size={30} strokeWidth={1.5} />
          <strong>{t('give.drop')}</strong>
          <span className={styles.buttons}>
            <Choosers onChoose={choose} kind="primary" accept={collect.extensions} />
          </span>
          <small className="number">
            {t('give.left', { count: collect.files_left, size: quantities.bytes(collect.bytes_left) })}
            {' · '}
            {said('pipeline', collect.pipeline, collect.title)}
          </small>
          <label className={styles.field}>
            {t('give.name')}
            <input maxLength={80} value={name} onChange={(event) => setName(event.target.value)} />
          </label>
        </section>
      ) : (
        <Empty title={t('give.over')}>{t('give.overText')}</Empty>
      )}
      {found && (
        <Notice
          kind="info"
          title={t('unfinished.title', { name: shared.name ?? '' })}
          action={
            <>
              <Button kind="primary" onPress={() => void goOn(found)}>
                {t('unfinished.goOn')}
              </Button>
              <Button onPress={() => void upload.discard(found).then(() => setFound(null))}>
                {t('cancel')}
              </Button>
            </>
          }
        >
          {t('unfinished.text')}
        </Notice>
      )}
      <Stuck upload={upload} onChoose={choose} />
      {wanted.length + refused.length > 0 && (
        <section className={styles.given} aria-labelledby="given">
          <h2 id="given">{t('give.yours')}</h2>
          <p role="status" className="number">
            {sending
              ? t('give.sending', { done: sent, count: wanted.length })
              : t('give.sent', { count: sent })}
          </p>
          {sending > 0 && (
            <Bar
              value={upload.totalBytes ? (100 * upload.sentBytes) / upload.totalBytes : null}
              label={t('give.progress')}
            />
          )}
          <ul>
            {refused.slice(0, DRAWN).map((one) => (
              <Row
                key={`${one.path}\n${one.size}`}
                file={one}
                icon="bad"
                words={t(`give.refused.${one.why}`)}
              />
            ))}
            {wanted.slice(0, DRAWN).map((one) => (
              <Given key={one.index} item={one} state={states.get(one.fileId ?? '')} />
            ))}
          </ul>
          {wanted.length > DRAWN && (
            <p className={styles.note}>{t('give.more', { count: wanted.length - DRAWN })}</p>
          )}
        </section>
      )}
    </div>
  )
}

/** The outcome of the sent files: polled until all are inspected. version: changes as files move on. */
function useStates(visit: Visit, gift: string, items: readonly Item[], version: number) {
  // biome-ignore lint/correctness/useExhaustiveDependencies: the items themselves change
  const ids = useMemo(
    () => items.flatMap((one) => (one.state === 'sent' && one.fileId ? [one.fileId] : [])),
    [items, version],
  )
  const found = useQuery({
    queryKey: ['given', gift, ids],
    queryFn: ({ signal }) => given(visit, gift, ids, signal),
    enabled: gift !== '' && ids.length > 0,
    placeholderData: (before) => before,
    refetchInterval: (query) => (query.state.data?.every((one) => OVER.has(one.status)) ? false : LOOK_EVERY),
  })
  return useMemo(() => new Map(found.data?.map((one) => [one.id, one])), [found.data])
}

/** state: as the share tells it, once the file was sent. */
function Given({ item, state }: { item: Item; state: GivenFile | undefined }) {
  const { t, said } = useWords<Word>()
  if (state?.status === 'rejected')
    return <Row file={item} icon="bad" words={said('error', state.error_code ?? '', t('give.rejected'))} />
  if (isStuck(item)) return <Row file={item} icon="bad" words={t(`item.${item.state}`)} />
  if (item.state === 'sent')
    return (
      <Row
        file={item}
        icon="good"
        words={t(state && OVER.has(state.status) ? 'give.state.arrived' : 'item.sent')}
      />
    )
  return <Row file={item} icon="busy" words={t(item.state === 'sending' ? 'item.sending' : 'item.waiting')} />
}

const ICONS = { bad: CircleAlert, good: CircleCheck, busy: LoaderCircle }

function Row({
  file,
  icon,
  words,
}: {
  file: { path: string; size: number }
  icon: keyof typeof ICONS
  words: string
}) {
  const quantities = useQuantities()
  const Icon = ICONS[icon]
  return (
    <li className={styles.row}>
      <Icon aria-hidden size={18} strokeWidth={2} className={icon === 'bad' ? styles.bad : styles.good} />
      <span className={styles.file}>{file.path}</span>
      <small className="number">
        {words} · {quantities.bytes(file.size)}
      </small>
    </li>
  )
}
