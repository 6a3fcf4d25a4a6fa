import { type FormEvent, useId, useState } from 'react'
import { api } from '../../api/client'
import type { SignedInAnswer } from '../../api/schema'
import { session } from '../../api/session'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import styles from '../AccountPage.module.css'
import { errorOf, Section, Told, useDoing } from './doing'
import { FieldError } from './Profile'

const FIELDS = ['current_password', 'new_password'] as const

/** Changes the password: ends every other session, and continues with this one. */
export function Password() {
  const { t } = useWords()
  const id = useId()
  const { busy, problem, run } = useDoing()
  const [given, give] = useState({ current_password: '', new_password: '' })
  const [done, setDone] = useState(false)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    setDone(false)
    run(async () => {
      session.begin(await api<SignedInAnswer>('/auth/password', { method: 'POST', body: given }))
      give({ current_password: '', new_password: '' })
      setDone(true)
    })
  }
  return (
    <Section id="password" title={t('account.password')} text={t('account.passwordText')}>
      <form className={styles.form} onSubmit={submit}>
        <Told problem={problem} beside={FIELDS} />
        {FIELDS.map((field) => {
          const error = errorOf(problem, field, `${id}-${field}`)
          const fresh = field === 'new_password'
          return (
            <div key={field} className={styles.field}>
              <label>
                {t(fresh ? 'account.newPassword' : 'account.currentPassword')}
                <input
                  required
                  type="password"
                  maxLength={128}
                  autoComplete={fresh ? 'new-password' : 'current-password'}
                  {...(fresh ? { minLength: 8 } : {})}
                  value={given[field]}
                  onChange={(event) => give({ ...given, [field]: event.target.value })}
                  {...error.attributes}
                />
              </label>
              <FieldError id={`${id}-${field}`} message={error.message} />
            </div>
          )
        })}
        <div className={styles.submit}>
          <span role="status">{done && t('account.passwordChanged')}</span>
          <Button type="submit" busy={busy}>
            {t('account.changePassword')}
          </Button>
        </div>
      </form>
    </Section>
  )
}
