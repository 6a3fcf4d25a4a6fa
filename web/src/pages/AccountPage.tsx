// An account: made of a guest's jobs, signed in to, signed out of; and the keys that programs use in its name.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { KeyRound, LogOut, Trash2 } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { api, Problem } from '../api/client'
import type { AccountAnswer, KeyAnswer, KeysAnswer, NewKeyAnswer, SignedInAnswer } from '../api/schema'
import { session } from '../api/session'
import { useWords } from '../i18n'
import { useQuantities } from '../i18n/quantities'
import { Button, Notice, Sheet, Skeleton } from '../ui/controls'
import { useSignedIn, useTitle } from '../ui/hooks'
import styles from './AccountPage.module.css'

export default function AccountPage() {
  const { t } = useWords()
  useTitle(t('nav.account'))
  return useSignedIn() ? <Signed /> : <Guest />
}

/** Does something once at a time, and keeps what went wrong. */
function useDoing() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (task: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    try {
      await task()
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem('unexpected', 0, String(error)))
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, run: (task: () => Promise<void>) => void run(task) }
}

function Told({ problem }: { problem: Problem | null }) {
  const { t, said } = useWords()
  if (!problem) return null
  return (
    <Notice
      kind="error"
      title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
    >
      {problem.fields.map(({ field, message }) => (
        <p key={field + message}>{message}</p>
      ))}
    </Notice>
  )
}

function Guest() {
  const { t } = useWords()
  return (
    <div className={styles.guest}>
      <header>
        <h1>{t('account.keep')}</h1>
        <p>{t('account.keepText')}</p>
      </header>
      <Tabs className={styles.ways!}>
        <TabList aria-label={t('nav.account')} className={styles.tabs!}>
          <Tab id="register" className={styles.tab!}>
            {t('account.register')}
          </Tab>
          <Tab id="login" className={styles.tab!}>
            {t('account.login')}
          </Tab>
        </TabList>
        <TabPanel id="register">
          <Credentials registering />
        </TabPanel>
        <TabPanel id="login">
          <Credentials />
        </TabPanel>
      </Tabs>
    </div>
  )
}

function Credentials({ registering }: { registering?: boolean }) {
  const { t } = useWords()
  const client = useQueryClient()
  const id = useId()
  const { busy, problem, run } = useDoing()
  const [given, give] = useState({ email: '', username: '', password: '' })
  const field = (name: keyof typeof given) => ({
    id: `${id}-${name}`,
    name,
    required: true,
    value: given[name],
    onChange: (event: { target: { value: string } }) => give({ ...given, [name]: event.target.value }),
  })
  const submit = (event: FormEvent) => {
    event.preventDefault()
    const { email, username, password } = given
    run(async () => {
      // With the guest's token, so that the guest's jobs become the account's.
      if (registering)
        await api<AccountAnswer>('/auth/register', { method: 'POST', body: { email, username, password } })
      session.begin(
        await api<SignedInAnswer>('/auth/login', {
          method: 'POST',
          body: { email, password },
          anonymous: true,
        }),
      )
      client.clear()
    })
  }
  return (
    <form className={styles.form} onSubmit={submit}>
      <Told problem={problem} />
      <label htmlFor={`${id}-email`}>
        {t('account.email')}
        <input {...field('email')} type="email" autoComplete="email" maxLength={254} />
      </label>
      {registering && (
        <label htmlFor={`${id}-username`}>
          {t('account.username')}
          <input {...field('username')} autoComplete="username" minLength={3} maxLength={50} />
        </label>
      )}
      <label htmlFor={`${id}-password`}>
        {t('account.password')}
        <input
          {...field('password')}
          type="password"
          autoComplete={registering ? 'new-password' : 'current-password'}
          maxLength={128}
          {...(registering ? { minLength: 8, 'aria-describedby': `${id}-hint` } : {})}
        />
      </label>
      <p id={`${id}-hint`} className={styles.hint}>
        {t(registering ? 'account.passwordHint' : 'account.loginText')}
      </p>
      <Button kind="primary" type="submit" busy={busy}>
        {t(registering ? 'account.register' : 'account.login')}
      </Button>
    </form>
  )
}

function Signed() {
  const { t } = useWords()
  const client = useQueryClient()
  const me = useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api<AccountAnswer>('/auth/me', { signal }),
  })
  const { busy, problem, run } = useDoing()
  if (me.isPending) return <Skeleton lines={3} />
  if (!me.data)
    return (
      <Notice
        kind="error"
        title={t('account.gone')}
        action={<Button onPress={() => me.refetch()}>{t('again')}</Button>}
      />
    )
  const leave = async () => {
    // A session that the API has ended already is over all the same.
    await api('/auth/logout', { method: 'POST' }).catch((error) => {
      if (!(error instanceof Problem) || error.passing) throw error
    })
    session.end()
    client.clear()
  }
  return (
    <div className={styles.signed}>
      <header className={styles.head}>
        <div>
          <h1>{t('account.hello', { name: me.data.username ?? '' })}</h1>
          <p>{me.data.email}</p>
        </div>
        <Button icon={LogOut} busy={busy} onPress={() => run(leave)}>
          {t('account.logout')}
        </Button>
      </header>
      <Told problem={problem} />
      <Keys />
    </div>
  )
}

const SCOPES = ['upload', 'read'] as const

function Keys() {
  const { t } = useWords()
  const quantities = useQuantities()
  const client = useQueryClient()
  const keys = useQuery({
    queryKey: ['keys'],
    queryFn: ({ signal }) => api<KeysAnswer>('/auth/keys', { signal }),
  })
  const { busy, problem, run } = useDoing()
  const [name, setName] = useState('')
  const [scopes, setScopes] = useState<ReadonlySet<string>>(new Set(SCOPES))
  const [made, setMade] = useState<NewKeyAnswer | null>(null)
  const [copied, setCopied] = useState(false)
  const [asking, ask] = useState<KeyAnswer | null>(null)
  const again = () => client.invalidateQueries({ queryKey: ['keys'] })

  const make = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      const body = { name, scopes: [...scopes] }
      setMade(await api<NewKeyAnswer>('/auth/keys', { method: 'POST', body }))
      setCopied(false)
      setName('')
      await again()
    })
  }
  const revoke = (key: KeyAnswer) => {
    ask(null)
    run(async () => {
      await api(`/auth/keys/${key.id}`, { method: 'DELETE' })
      await again()
    })
  }

  return (
    <section className={styles.keys} aria-labelledby="keys">
      <h2 id="keys">{t('account.keys')}</h2>
      <p>{t('account.keysText')}</p>
      <Told problem={problem} />
      {made && (
        <Notice
          kind="info"
          title={t('account.keyShown')}
          action={
            <Button onPress={() => void navigator.clipboard?.writeText(made.key).then(() => setCopied(true))}>
              {t(copied ? 'account.copied' : 'account.copy')}
            </Button>
          }
        >
          <code className={styles.key}>{made.key}</code>
        </Notice>
      )}
      {keys.data?.items.length === 0 && <p>{t('account.noKeys')}</p>}
      <ul>
        {keys.data?.items.map((key) => (
          <li key={key.id}>
            <KeyRound aria-hidden size={20} strokeWidth={1.7} />
            <span>
              <strong>{key.name}</strong>
              <span className="number">
                …{key.hint} · {key.scopes.join(', ')} ·{' '}
                {key.last_used_at
                  ? t('account.lastUsed', { time: quantities.ago(key.last_used_at) })
                  : t('account.never')}
              </span>
            </span>
            <Button
              kind="danger"
              icon={Trash2}
              label={t('account.revoke', { name: key.name })}
              onPress={() => ask(key)}
            />
          </li>
        ))}
      </ul>
      <form className={styles.make} onSubmit={make}>
        <label>
          {t('account.keyName')}
          <input required maxLength={200} value={name} onChange={(event) => setName(event.target.value)} />
        </label>
        {SCOPES.map((scope) => (
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
        <Button type="submit" busy={busy} isDisabled={!scopes.size}>
          {t('account.newKey')}
        </Button>
      </form>
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
    </section>
  )
}
