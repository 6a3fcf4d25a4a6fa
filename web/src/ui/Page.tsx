// Common parts of pages: their head, and the placeholders while a list is loading or unavailable.
import type { ReactNode } from 'react'
import { Problem } from '../api/client'
import { useMe } from '../api/me'
import { useWords } from '../i18n'
import { Button, ButtonLink, Empty, Notice } from './controls'
import { useSignedIn } from './hooks'
import styles from './Page.module.css'

export function PageHead({ title, text, children }: { title: string; text?: string; children?: ReactNode }) {
  return (
    <header className={styles.head}>
      <div>
        <h1>{title}</h1>
        {text && <p>{text}</p>}
      </div>
      {children && <div className={styles.tools}>{children}</div>}
    </header>
  )
}

/** An unavailable list, and the reason as far as the API gives it. */
export function Gone({ title, error, onAgain }: { title: string; error: unknown; onAgain: () => void }) {
  const { t, said } = useWords()
  const told = error instanceof Problem && !error.unreachable ? error : null
  return (
    <Notice kind="error" title={title} action={<Button onPress={onAgain}>{t('again')}</Button>}>
      {told && (
        <p>
          {said('error', told.code, told.message)}
          {told.requestId && <small> {t('requestId', { id: told.requestId })}</small>}
        </p>
      )}
    </Notice>
  )
}

/** Only for admins; the API refuses others anyway. */
export function Admins({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const signedIn = useSignedIn()
  const me = useMe()
  if (signedIn && me.isPending) return <RowSkeleton rows={7} />
  if (signedIn && me.error && !me.data)
    return <Gone title={t('account.gone')} error={me.error} onAgain={() => void me.refetch()} />
  if (signedIn && me.data?.scopes.includes('admin')) return children
  return (
    <Empty
      whole
      title={t('admins.title')}
      action={!signedIn && <ButtonLink to="/account">{t('account.login')}</ButtonLink>}
    >
      {t('admins.text')}
    </Empty>
  )
}

/** Rows as high as the real ones. */
export function RowSkeleton({ rows = 5, height = 96 }: { rows?: number; height?: number }) {
  return (
    <div className={styles.rows} aria-hidden>
      {Array.from({ length: rows }, (_, n) => (
        <span key={n} style={{ height: `${height}px` }}>
          <i />
        </span>
      ))}
    </div>
  )
}

/** Up and down, as in every list. */
export function arrows(event: React.KeyboardEvent<HTMLElement>): void {
  if (event.key !== 'ArrowDown' && event.key !== 'ArrowUp') return
  const stops = [...event.currentTarget.querySelectorAll<HTMLElement>('[data-stop]')]
  const at = stops.indexOf((document.activeElement as HTMLElement)?.closest('[data-stop]') as HTMLElement)
  const next = stops[at + (event.key === 'ArrowDown' ? 1 : -1)]
  if (at < 0 || !next) return
  event.preventDefault()
  next.focus()
}
