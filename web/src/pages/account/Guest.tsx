// A guest: registers an account for the dropped files, or signs in to one.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { Tab, TabList, TabPanel, Tabs } from 'react-aria-components'
import { useNavigate } from 'react-router'
import { api, Problem } from '../../api/client'
import type { AccountAnswer, JobsPage, SignedInAnswer } from '../../api/schema'
import { session } from '../../api/session'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { engine } from '../../upload/engine'
import styles from '../AccountPage.module.css'
import { Told, useDoing } from './doing'

export function Guest() {
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
          <p>{t('account.brings')}</p>
          <Credentials />
        </TabPanel>
      </Tabs>
    </div>
  )
}

/** With the guest's token, so that the guest's jobs become the account's; without it where it is no longer valid. */
async function signIn(email: string, password: string, guest: string | null): Promise<SignedInAnswer> {
  const login = (body: object) =>
    api<SignedInAnswer>('/auth/login', { method: 'POST', body, anonymous: true })
  try {
    return await login(guest ? { email, password, guest_token: guest } : { email, password })
  } catch (error) {
    if (error instanceof Problem && error.code === 'guest_token_refused') return login({ email, password })
    throw error
  }
}

function Credentials({ registering }: { registering?: boolean }) {
  const { t } = useWords()
  const client = useQueryClient()
  const navigate = useNavigate()
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
      const answer = await signIn(email, password, registering ? null : session.guest())
      session.begin(answer)
      client.clear()
      // A guest who keeps the dropped files continues with them.
      const [newest] =
        registering || answer.taken_over?.jobs ? (await api<JobsPage>('/jobs?limit=1')).items : []
      if (newest) navigate(engine.active ? '/' : `/jobs/${newest.id}`)
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
