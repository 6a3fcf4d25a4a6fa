// The keys that programs use in the account's name.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, Trash2 } from 'lucide-react'
import { type FormEvent, useState } from 'react'
import { api } from '../../api/client'
import type { KeyAnswer, KeysAnswer, NewKeyAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Select, Sheet } from '../../ui/controls'
import { Gone, RowSkeleton } from '../../ui/Page'
import styles from '../AccountPage.module.css'
import { Section, Told, useDoing } from './doing'
import { Once } from './Once'

const SCOPES = ['upload', 'read', 'admin'] as const
const LASTS = ['30', '90', '365', 'never'] as const

export function Keys({ admin }: { admin: boolean }) {
  const { t } = useWords()
  const client = useQueryClient()
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => api<KeysAnswer>('/auth/keys', { signal }),
  })
  const { busy, problem, run } = useDoing()
  const [made, setMade] = useState<NewKeyAnswer | null>(null)
  const [asking, ask] = useState<KeyAnswer | null>(null)
  const again = () => client.invalidateQueries({ queryKey: ['keys'] })
  const revoke = (key: KeyAnswer) => {
    ask(null)
    run(async () => {
      await api(`/auth/keys/${key.id}`, { method: 'DELETE' })
      setMade((one) => (one?.id === key.id ? null : one))
      await again()
    })
  }
  return (
    <Section id="keys" title={t('account.keys')} text={t('account.keysText')}>
      <Told problem={problem} />
      {made && <Once key={made.id} title={t('account.keyShown')} secret={made.key} />}
      {keys.isPending && <RowSkeleton rows={2} height={64} />}
      {keys.error && !keys.data && (
        <Gone title={t('account.keysGone')} error={keys.error} onAgain={() => void keys.refetch()} />
      )}
      {keys.data?.items.length === 0 && <p>{t('account.noKeys')}</p>}
      {keys.data && keys.data.items.length > 0 && (
        <ul className={styles.list}>
          {keys.data.items.map((key) => (
            <Row key={key.id} entry={key} onRevoke={() => ask(key)} />
          ))}
        </ul>
      )}
      <NewKey
        admin={admin}
        busy={busy}
        onMake={(body, done) =>
          run(async () => {
            setMade(await api<NewKeyAnswer>('/auth/keys', { method: 'POST', body }))
            done()
            await again()
          })
        }
      />
      <Sheet title={t('account.revokeTitle')} open={asking !== null} onClose={() => ask(null)}>
        <div className={styles.ask}>
          <p>{t('account.revokeText', { name: asking?.name ?? '' })}</p>
          <div>
            <Button kind="danger" onPress={() => asking && revoke(asking)}>
              {t('account.revokeYes')}
            </Button>
            <Button kind="primary" onPress={() => ask(null)}>
              {t('account.cancel')}
            </Button>
          </div>
        </div>
      </Sheet>
    </Section>
  )
}

function Row({ entry, onRevoke }: { entry: KeyAnswer; onRevoke: () => void }) {
  const { t } = useWords()
  const quantities = useQuantities()
  return (
    <li>
      <KeyRound aria-hidden size={20} strokeWidth={1.7} />
      <span>
        <strong>{entry.name}</strong>
        <span className="number">
          …{entry.hint} · {entry.scopes.map((scope) => t(`account.scope.${scope}`)).join(', ')} ·{' '}
          {entry.last_used_at
            ? t('account.lastUsed', { time: quantities.ago(entry.last_used_at) })
            : t('account.never')}
          {entry.expires_at && <> · {t('account.until', { day: quantities.day(entry.expires_at) })}</>}
        </span>
      </span>
      <Button
        kind="danger"
        icon={Trash2}
        label={t('account.revoke', { name: entry.name })}
        onPress={onRevoke}
      />
    </li>
  )
}

interface NewKeyProps {
  admin: boolean
  busy: boolean
  onMake: (body: object, done: () => void) => void
}

function NewKey({ admin, busy, onMake }: NewKeyProps) {
  const { t } = useWords()
  const [name, setName] = useState('')
  const [lasts, setLasts] = useState<(typeof LASTS)[number]>('365')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(['upload', 'read']))
  const make = (event: FormEvent) => {
    event.preventDefault()
    const body = { name, scopes: [...scopes], expires_in_days: lasts === 'never' ? null : Number(lasts) }
    onMake(body, () => setName(''))
  }
  return (
    <form className={styles.make} onSubmit={make}>
      <label className={styles.grow}>
        {t('account.keyName')}
        <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
      </label>
      <Select
        label={t('account.lasts')}
        value={lasts}
        onChange={setLasts}
        options={LASTS.map((one) => [
          one,
          one === 'never' ? t('account.forever') : t('account.days', { count: Number(one) }),
        ])}
      />
      <fieldset className={styles.scopes}>
        <legend className="visually-hidden">{t('account.scopes')}</legend>
        {SCOPES.filter((scope) => admin || scope !== 'admin').map((scope) => (
          <label key={scope} className={styles.scope}>
            <input
              type="checkbox"
              checked={scopes.has(scope)}
              onChange={() => {
                const next = new Set(scopes)
                if (!next.delete(scope)) next.add(scope)
                setScopes(next)
              }}
            />
            {t(`account.scope.${scope}`)}
          </label>
        ))}
      </fieldset>
      <Button type="submit" busy={busy} isDisabled={!scopes.size}>
        {t('account.newKey')}
      </Button>
    </form>
  )
}
