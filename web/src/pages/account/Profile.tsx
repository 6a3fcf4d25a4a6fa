import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../../api/client'
import type { AccountAnswer, AccountChanges } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import styles from '../AccountPage.module.css'
import { errorOf, Section, Told, useDoing } from './doing'

const FIELDS = ['username', 'email', 'current_password']

/** Name and email; the email is used to sign in, so a change asks for the password. */
export function Profile({ me }: { me: AccountAnswer }) {
  const { t } = useWords()
  const client = useQueryClient()
  const id = useId()
  const { busy, problem, run } = useDoing()
  const [username, setUsername] = useState(me.username ?? '')
  const [email, setEmail] = useState(me.email ?? '')
  const [password, setPassword] = useState('')
  const newEmail = email.trim().toLowerCase() !== me.email
  const changes: AccountChanges = {
    ...(username.trim() === me.username ? {} : { username }),
    ...(newEmail ? { email, current_password: password } : {}),
  }
  const submit = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      client.setQueryData(['me'], await api<AccountAnswer>('/auth/me', { method: 'PATCH', body: changes }))
    })
  }
  const error = (field: string) => errorOf(problem, field, `${id}-${field}-error`)
  return (
    <Section id="profile" title={t('account.profile')} text={t('account.profileText')}>
      <form className={styles.form} onSubmit={submit}>
        <Told problem={problem} beside={FIELDS} />
        <label>
          {t('account.username')}
          <input
            required
            minLength={3}
            maxLength={50}
            autoComplete="username"
            value={username}
            onChange={(event) => setUsername(event.target.value)}
            {...error('username').attributes}
          />
        </label>
        <FieldError id={`${id}-username-error`} message={error('username').message} />
        <label>
          {t('account.email')}
          <input
            required
            type="email"
            maxLength={254}
            autoComplete="email"
            value={email}
            onChange={(event) => setEmail(event.target.value)}
            {...error('email').attributes}
          />
        </label>
        <FieldError id={`${id}-email-error`} message={error('email').message} />
        {newEmail && (
          <>
            <label>
              {t('account.currentPassword')}
              <input
                required
                type="password"
                maxLength={128}
                autoComplete="current-password"
                value={password}
                onChange={(event) => setPassword(event.target.value)}
                {...error('current_password').attributes}
              />
            </label>
            <FieldError id={`${id}-current_password-error`} message={error('current_password').message} />
          </>
        )}
        <div className={styles.submit}>
          <Button type="submit" busy={busy} isDisabled={!Object.keys(changes).length}>
            {t('save')}
          </Button>
        </div>
      </form>
    </Section>
  )
}

export function FieldError({ id, message }: { id: string; message: string | undefined }) {
  return message ? (
    <p id={id} className={styles.error} role="alert">
      {message}
    </p>
  ) : null
}
