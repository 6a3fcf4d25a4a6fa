// An address for others to the selected files; and the existing ones, to be revoked.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Share2 } from 'lucide-react'
import { type FormEvent, useMemo, useRef, useState } from 'react'
import { Problem } from '../../api/client'
import type { FileAnswer, NewShareAnswer } from '../../api/schema'
import { listShares, makeShare, revokeShare } from '../../api/shares'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { CopyableAddress } from '../../ui/CopyableAddress'
import { Button, Notice, Select, Sheet } from '../../ui/controls'
import { type Chosen, chosenOf } from './chosen'
import styles from './Take.module.css'
import { ArchiveWords, type Word } from './words'

const MOST_SHARED = 5000
const DAYS = ['1', '7', '14', '30', '90', '365'] as const
type Days = (typeof DAYS)[number]

export function Share({ files }: { files: readonly (FileAnswer | undefined)[] }) {
  return (
    <ArchiveWords>
      <ShareButton files={files} />
    </ArchiveWords>
  )
}

function ShareButton({ files }: { files: readonly (FileAnswer | undefined)[] }) {
  const { t } = useWords<Word>()
  const [open, setOpen] = useState(false)
  const known = useMemo(() => files.filter((file) => file !== undefined), [files])
  const chosen = useMemo(() => chosenOf(known), [known])
  return (
    <>
      <Button
        kind="quiet"
        icon={Share2}
        label={t('share')}
        isDisabled={chosen.ids.length === 0 || known.length < files.length}
        onPress={() => setOpen(true)}
      />
      <Sheet
        title={t('share.title', { count: chosen.ids.length })}
        open={open}
        onClose={() => setOpen(false)}
      >
        <Sharing chosen={chosen} />
      </Sheet>
    </>
  )
}

function Sharing({ chosen }: { chosen: Chosen }) {
  const { t, said } = useWords<Word>()
  const client = useQueryClient()
  const [days, setDays] = useState<Days>('14')
  const [name, setName] = useState('')
  const [password, setPassword] = useState('')
  const [limit, setLimit] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const [made, setMade] = useState<NewShareAnswer | null>(null)
  const key = useRef(crypto.randomUUID())

  const make = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      const body = {
        file_ids: chosen.ids,
        expires_in_days: Number(days),
        ...(name.trim() ? { name: name.trim() } : {}),
        ...(password ? { password } : {}),
        ...(limit ? { download_limit: Number(limit) } : {}),
      }
      setMade(await makeShare(body, key.current))
      void client.invalidateQueries({ queryKey: ['shares'] })
    } catch (caught) {
      key.current = crypto.randomUUID()
      if (!(caught instanceof Problem)) throw caught
      setProblem(caught)
    } finally {
      setBusy(false)
    }
  }

  return (
    <form className={styles.sheet} onSubmit={(event) => void make(event)}>
      {problem && (
        <Notice
          kind="error"
          title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
        />
      )}
      {made ? (
        <CopyableAddress
          path={made.path}
          label={t('share.address')}
          note={t('share.once')}
          copy={t('share.copy')}
          copied={t('share.copied')}
        />
      ) : (
        <>
          {chosen.ids.length > MOST_SHARED && (
            <Notice kind="error" title={t('share.tooMany', { count: MOST_SHARED })} />
          )}
          <p className={styles.note}>{t('share.text')}</p>
          <label className={styles.field}>
            {t('share.name')}
            <input maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
          </label>
          <Select<Days>
            label={t('share.days')}
            value={days}
            onChange={setDays}
            options={DAYS.map((one) => [one, t('share.forDays', { count: Number(one) })] as const)}
          />
          <label className={styles.field}>
            {t('share.password')}
            <input
              type="password"
              autoComplete="new-password"
              minLength={4}
              maxLength={128}
              value={password}
              onChange={(event) => setPassword(event.target.value)}
            />
          </label>
          <label className={styles.field}>
            {t('share.limit')}
            <input
              type="number"
              min={1}
              max={1_000_000}
              value={limit}
              onChange={(event) => setLimit(event.target.value)}
            />
          </label>
          <div className={styles.actions}>
            <Button
              kind="primary"
              type="submit"
              icon={Share2}
              busy={busy}
              isDisabled={chosen.ids.length > MOST_SHARED}
            >
              {t('share.make')}
            </Button>
          </div>
        </>
      )}
      <Shares />
    </form>
  )
}

/** The shares that are in force. */
function Shares() {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const client = useQueryClient()
  const shares = useQuery({ queryKey: ['shares'], queryFn: ({ signal }) => listShares(signal) })
  if (!shares.data?.length) return null
  return (
    <section className={styles.shares}>
      <h3>{t('share.yours')}</h3>
      <ul>
        {shares.data.map((share) => (
          <li key={share.id}>
            <span>
              <strong>{share.name}</strong>
              <small className="number">
                {t('share.facts', {
                  count: share.downloads,
                  until: quantities.day(share.expires_at),
                })}
              </small>
            </span>
            <Button
              label={t('share.revokeOne', { name: share.name })}
              onPress={() =>
                void revokeShare(share.id).finally(() => client.invalidateQueries({ queryKey: ['shares'] }))
              }
            >
              {t('share.revoke')}
            </Button>
          </li>
        ))}
      </ul>
    </section>
  )
}
