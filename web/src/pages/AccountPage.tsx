// An account: made for a guest's jobs, signed in to, changed, signed out of; and its keys and webhooks for programs.
import { useQueryClient } from '@tanstack/react-query'
import { LogOut } from 'lucide-react'
import { api, Problem } from '../api/client'
import { useMe } from '../api/me'
import { session } from '../api/session'
import { useWords } from '../i18n'
import { Button } from '../ui/controls'
import { useSignedIn, useTitle } from '../ui/hooks'
import { Gone, RowSkeleton } from '../ui/Page'
import styles from './AccountPage.module.css'
import { Told, useDoing } from './account/doing'
import { Guest } from './account/Guest'
import { Keys } from './account/Keys'
import { Password } from './account/Password'
import { Profile } from './account/Profile'
import { Webhooks } from './account/Webhooks'

export default function AccountPage() {
  const { t } = useWords()
  useTitle(t('nav.account'))
  return useSignedIn() ? <Signed /> : <Guest />
}

function Signed() {
  const { t } = useWords()
  const client = useQueryClient()
  const me = useMe()
  const { busy, problem, run } = useDoing()
  if (me.isPending) return <RowSkeleton rows={4} height={160} />
  if (!me.data) return <Gone title={t('account.gone')} error={me.error} onAgain={() => void me.refetch()} />
  const leave = async () => {
    // A session that the API has ended already is signed out too.
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
          <p>
            {me.data.email}
            {me.data.role === 'admin' && <> · {t('account.admin')}</>}
          </p>
        </div>
        <Button icon={LogOut} busy={busy} onPress={() => run(leave)}>
          {t('account.logout')}
        </Button>
      </header>
      <Told problem={problem} />
      <Profile key={`${me.data.username} ${me.data.email}`} me={me.data} />
      <Password />
      <Keys admin={me.data.scopes.includes('admin')} />
      <Webhooks />
    </div>
  )
}
