// The page where people without an account put files into a user's job: they see their own files, and nothing else.
import { useQuery } from '@tanstack/react-query'
import { CircleAlert, CircleCheck, LoaderCircle, Upload } from 'lucide-react'
import { type DragEvent, useEffect, useMemo, useRef, useState, useSyncExternalStore } from 'react'
import { given } from '../../api/collect'
import type { CollectAnswer, SharedAnswer } from '../../api/schema'
import type { Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Bar, Button, Empty, Notice } from '../../ui/controls'
import type { Chosen } from '../../upload/checks'
import { reading } from '../../upload/reading'
import { Choosers } from '../drop/Choosers'
import styles from './Give.module.css'
import { type GivenItem, Giver } from './giving'
import { CollectWords, type Word } from './words'

interface Props {
  shared: SharedAnswer
  collect: CollectAnswer
  visit: Visit
  /** Called when files were sent since the last look. */
  onChange: () => void
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
  const [giver] = useState(() => new Giver(() => latest.current, collect))
  const { items, gift, problem } = useSyncExternalStore(giver.watch, giver.seen)
  const count = (state: GivenItem['state']) => items.filter((one) => one.state === state).length
  const sending = count('sending') + (problem ? 0 : count('waiting'))
  const wanted = items.filter((one) => one.state !== 'refused')
  const total = wanted.reduce((sum, one) => sum + one.size, 0)
  const gone = wanted.reduce((sum, one) => sum + Math.min(one.sent, one.size), 0)
  const states = useStates(visit, gift, items)

  // The remaining room is read again once all files are sent.
  const sent = count('sent')
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

  const take = (files: Chosen[]) => {
    if (files.length) giver.give(files, name)
  }
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
            <Choosers onChoose={take} kind="primary" accept={collect.extensions} />
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
      {problem && (
        <Notice
          kind="error"
          title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
          action={<Button onPress={() => giver.again(name)}>{t('again')}</Button>}
        />
      )}
      {count('failed') > 0 && !problem && (
        <Notice
          kind="error"
          title={t('give.failed', { count: count('failed') })}
          action={<Button onPress={() => giver.again(name)}>{t('again')}</Button>}
        />
      )}
      {items.length > 0 && (
        <section className={styles.given} aria-labelledby="given">
          <h2 id="given">{t('give.yours')}</h2>
          <p role="status" className="number">
            {sending
              ? t('give.sending', { done: sent, count: wanted.length })
              : t('give.sent', { count: sent })}
          </p>
          {sending > 0 && <Bar value={total ? (100 * gone) / total : null} label={t('give.progress')} />}
          <ul>
            {items.slice(0, DRAWN).map((one) => (
              <Row key={`${one.path}\n${one.size}`} item={one} state={states.get(one.fileId ?? '')} />
            ))}
          </ul>
          {items.length > DRAWN && (
            <p className={styles.note}>{t('give.more', { count: items.length - DRAWN })}</p>
          )}
        </section>
      )}
    </div>
  )
}

/** The outcome of the sent files: polled until all are inspected. */
function useStates(visit: Visit, gift: string, items: readonly GivenItem[]) {
  const ids = useMemo(
    () => items.flatMap((one) => (one.state === 'sent' && one.fileId ? [one.fileId] : [])),
    [items],
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

function Row({
  item,
  state,
}: {
  item: GivenItem
  state: { status: string; error_code: string | null } | undefined
}) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const bad = item.state === 'failed' || item.state === 'refused' || state?.status === 'rejected'
  const Icon = bad ? CircleAlert : item.state === 'sent' ? CircleCheck : LoaderCircle
  const words =
    item.state === 'refused'
      ? t(`give.refused.${item.why ?? 'type'}`)
      : state?.status === 'rejected'
        ? said('error', state.error_code ?? '', t('give.rejected'))
        : t(`give.state.${state && OVER.has(state.status) ? 'arrived' : item.state}`)
  return (
    <li className={styles.row}>
      <Icon aria-hidden size={18} strokeWidth={2} className={bad ? styles.bad : styles.good} />
      <span className={styles.file}>{item.path}</span>
      <small className="number">
        {words} · {quantities.bytes(item.size)}
      </small>
    </li>
  )
}
