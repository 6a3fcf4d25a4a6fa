// Collecting other people's files: an address by which they put files into the user's job; existing ones, and their
// gifts.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { ArrowRight, Inbox } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { Link, useNavigate } from 'react-router'
import { useControl, usePipelines } from '../../api/queries'
import type { NewShareAnswer, PipelineAnswer, ShareAnswer } from '../../api/schema'
import { listShares, makeShare, revokeShare } from '../../api/shares'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { CopyableAddress } from '../../ui/CopyableAddress'
import { Button, Select, Sheet } from '../../ui/controls'
import { Gone, RowSkeleton } from '../../ui/Page'
import { filled, type Options } from '../drop/fields'
import { OptionsForm } from '../drop/OptionsForm'
import { Said } from '../imports/Said'
import { useRequestKey } from '../imports/useRequestKey'
import styles from './Give.module.css'
import { CollectWords, type Word } from './words'

const DAYS = ['1', '7', '14', '30', '90', '365'] as const
type Days = (typeof DAYS)[number]
const GIGABYTES = ['1', '10', '100', '1000'] as const
type Gigabytes = (typeof GIGABYTES)[number]

export function Collect() {
  return (
    <CollectWords>
      <Section />
    </CollectWords>
  )
}

function Section() {
  const { t } = useWords<Word>()
  const shares = useQuery({ queryKey: ['shares'], queryFn: ({ signal }) => listShares(signal) })
  const [asking, ask] = useState(false)
  const collecting = shares.data?.filter((one) => one.kind === 'collect') ?? []
  return (
    <section className={styles.collect} aria-labelledby="collect">
      <h2 id="collect">{t('collect')}</h2>
      <p className={styles.note}>{t('collect.text')}</p>
      {shares.isPending && <RowSkeleton rows={1} />}
      {shares.isError && !shares.data && (
        <Gone title={t('collect.gone')} error={shares.error} onAgain={() => void shares.refetch()} />
      )}
      {collecting.length > 0 && (
        <ul>
          {collecting.map((one) => (
            <Row key={one.id} share={one} />
          ))}
        </ul>
      )}
      <span>
        <Button icon={Inbox} onPress={() => ask(true)}>
          {t('collect.ask')}
        </Button>
      </span>
      <Sheet title={t('collect.ask')} open={asking} onClose={() => ask(false)}>
        <Asking />
      </Sheet>
    </section>
  )
}

function Row({ share }: { share: ShareAnswer }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const client = useQueryClient()
  const navigate = useNavigate()
  const had = share.collected
  const looked = () =>
    Promise.all(['shares', 'jobs'].map((name) => client.invalidateQueries({ queryKey: [name] })))
  const start = useControl(share.job_id ?? '')
  const revoke = useMutation({ mutationFn: () => revokeShare(share.id), onSettled: looked })
  return (
    <li className={styles.row}>
      <span className={styles.what}>
        <strong>
          <Link to={`/jobs/${share.job_id}`}>{share.name}</Link>
        </strong>
        <small className="number">
          {had &&
            t('collect.came', {
              count: had.given_files,
              most: had.file_limit,
              size: quantities.bytes(had.given_bytes),
              room: quantities.bytes(had.byte_limit),
            })}
          {' · '}
          {t('collect.until', { until: quantities.day(share.expires_at) })}
        </small>
        <Said error={start.error ?? revoke.error} />
      </span>
      <Button
        icon={ArrowRight}
        busy={start.isPending}
        isDisabled={!had?.given_files}
        aria-label={t('collect.startOne', { name: share.name })}
        onPress={() => start.mutate('start', { onSuccess: () => navigate(`/jobs/${share.job_id}`) })}
      >
        {t('job.start')}
      </Button>
      <Button
        busy={revoke.isPending}
        aria-label={t('collect.revokeOne', { name: share.name })}
        onPress={() => revoke.mutate()}
      >
        {t('collect.revoke')}
      </Button>
    </li>
  )
}

function Asking() {
  const { t, said } = useWords<Word>()
  const client = useQueryClient()
  const pipelines = usePipelines()
  const all = pipelines.data ?? []
  const [picked, pick] = useState('')
  const [name, setName] = useState('')
  const [days, setDays] = useState<Days>('14')
  const [files, setFiles] = useState('500')
  const [room, setRoom] = useState<Gigabytes>('10')
  const [password, setPassword] = useState('')
  const [options, setOptions] = useState<Record<string, Options>>({})
  const keyOf = useRequestKey()
  const pipeline: PipelineAnswer | undefined = all.find((one) => one.name === picked) ?? all[0]
  const made = useMutation({
    mutationFn: (wanted: PipelineAnswer) => {
      const body = {
        kind: 'collect' as const,
        pipeline: wanted.name,
        options: filled(wanted.options, options[wanted.name] ?? {}),
        name: name.trim(),
        expires_in_days: Number(days),
        file_limit: Number(files),
        byte_limit: Number(room) * 1e9,
        ...(password ? { password } : {}),
      }
      return makeShare(body, keyOf(body))
    },
    onSuccess: () =>
      Promise.all(['shares', 'jobs'].map((one) => client.invalidateQueries({ queryKey: [one] }))),
  })
  const make = (event: FormEvent) => {
    event.preventDefault()
    if (pipeline) made.mutate(pipeline)
  }
  if (made.data) return <Address made={made.data} />
  return (
    <form className={styles.sheet} onSubmit={make}>
      <p className={styles.note}>{t('collect.askText')}</p>
      {pipelines.isError && !pipeline && (
        <Gone title={t('pipelines.gone')} error={pipelines.error} onAgain={() => void pipelines.refetch()} />
      )}
      <Said error={made.error} />
      <label className={styles.field}>
        {t('collect.name')}
        <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <Select
        label={t('pipeline')}
        value={pipeline?.name ?? ''}
        onChange={pick}
        options={all.map((one) => [one.name, said('pipeline', one.name, one.title)] as const)}
      />
      <Select<Days>
        label={t('collect.days')}
        value={days}
        onChange={setDays}
        options={DAYS.map((one) => [one, t('collect.forDays', { count: Number(one) })] as const)}
      />
      <label className={styles.field}>
        {t('collect.files')}
        <input
          type="number"
          required
          min={1}
          max={100_000}
          value={files}
          onChange={(event) => setFiles(event.target.value)}
        />
      </label>
      <Select<Gigabytes>
        label={t('collect.room')}
        value={room}
        onChange={setRoom}
        options={GIGABYTES.map((one) => [one, `${one} GB`] as const)}
      />
      <label className={styles.field}>
        {t('collect.password')}
        <input
          type="password"
          autoComplete="new-password"
          minLength={4}
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      {pipeline && (
        <details>
          <summary>{t('collect.options')}</summary>
          <OptionsForm
            key={pipeline.name}
            pipeline={pipeline.name}
            schema={pipeline.options}
            values={options[pipeline.name] ?? {}}
            onChange={(values) => setOptions({ ...options, [pipeline.name]: values })}
            errors={NONE}
          />
        </details>
      )}
      <div className={styles.actions}>
        <Button kind="primary" type="submit" icon={Inbox} busy={made.isPending} isDisabled={!pipeline}>
          {t('collect.make')}
        </Button>
      </div>
    </form>
  )
}

const NONE: ReadonlyMap<string, string> = new Map()

function Address({ made }: { made: NewShareAnswer }) {
  const { t } = useWords<Word>()
  return (
    <div className={styles.sheet}>
      <CopyableAddress
        path={made.path}
        label={t('collect.address')}
        note={t('collect.once')}
        copy={t('collect.copy')}
        copied={t('collect.copied')}
      />
    </div>
  )
}
