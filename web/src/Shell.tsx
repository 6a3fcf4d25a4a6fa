// The shell around every page: the name, the navigation, work in progress elsewhere, and the keys.
import { CircleUserRound, Keyboard, Moon, Sun, SunMoon } from 'lucide-react'
import { lazy, type ReactNode, Suspense, useEffect, useState } from 'react'
import { NavLink, useLocation, useNavigate } from 'react-router'
import { session } from './api/session'
import { useWords } from './i18n'
import { LANGUAGES, type Language } from './i18n/languages'
import styles from './Shell.module.css'
import { Button, ButtonLink, Notice, Select } from './ui/controls'
import { useReachable, useSessionEnded } from './ui/hooks'
import { KeysSheet } from './ui/KeysSheet'
import { LiveSign } from './ui/LiveSign'
import { Navigation } from './ui/Navigation'
import { keepTheme, keptTheme, THEMES, type Theme } from './ui/theme'
import { Unfinished, UploadDock } from './ui/UploadDock'

const NothingToWatch = (): ReactNode => null
/** Also fetched ahead, with the pages; if the fetch fails, only this part is missing. */
export const loadJobWatch = (): Promise<{ default: () => ReactNode }> =>
  import('./ui/JobWatch').then(
    (found) => ({ default: found.JobWatch }),
    () => ({ default: NothingToWatch }),
  )
const JobWatch = lazy(loadJobWatch)

const THEME_ICONS = { system: SunMoon, light: Sun, dark: Moon }

export function Shell({ children }: { children: ReactNode }) {
  const { t } = useWords()
  const [keys, showKeys] = useState(false)
  const reachable = useReachable()
  const ended = useSessionEnded()
  const { pathname } = useLocation()
  useShortcuts(() => showKeys(true))

  // A new page begins at its top.
  // biome-ignore lint/correctness/useExhaustiveDependencies: the change of place counts
  useEffect(() => {
    window.scrollTo(0, 0)
  }, [pathname])

  return (
    <>
      <a className={styles.skip} href="#main">
        {t('skip')}
      </a>
      <header className={styles.head}>
        <NavLink to="/" className={styles.name} aria-label="Millrace">
          <Mark />
          <span>Millrace</span>
        </NavLink>
        <Navigation />
        <div className={styles.tools}>
          <LiveSign />
          <LanguageChoice />
          <NavLink to="/account" className={styles.account} aria-label={t('nav.account')}>
            <CircleUserRound aria-hidden size={20} strokeWidth={1.8} />
          </NavLink>
          <ThemeChoice />
          <span className={styles.keysTool}>
            <Button kind="quiet" icon={Keyboard} label={t('keys.title')} onPress={() => showKeys(true)} />
          </span>
        </div>
      </header>
      <main id="main" className={styles.main} tabIndex={-1}>
        {!reachable && (
          <Notice kind="warning" title={t('offline.title')}>
            {t('offline.text')}
          </Notice>
        )}
        {ended && pathname !== '/account' && (
          <Notice
            kind="warning"
            title={t('session.ended')}
            action={<ButtonLink to="/account">{t('account.login')}</ButtonLink>}
          />
        )}
        <Unfinished />
        {children}
      </main>
      <UploadDock />
      {session.known() && (
        // A request would make a guest of every visitor who only looks around.
        <Suspense>
          <JobWatch />
        </Suspense>
      )}
      <KeysSheet open={keys} onClose={() => showKeys(false)} />
    </>
  )
}

function Mark() {
  return (
    <svg
      viewBox="0 0 32 32"
      width="26"
      height="26"
      fill="none"
      stroke="currentColor"
      strokeWidth="2.6"
      strokeLinecap="round"
      aria-hidden="true"
    >
      <path d="M3 9c4.3-4 8.7-4 13 0s8.7 4 13 0" />
      <path d="M3 16.500c4.300-4 8.700-4 13 0s8.700 4 13 0" />
      <path d="M3 24c4.300-4 8.700-4 13 0s8.700 4 13 0" />
    </svg>
  )
}

function LanguageChoice() {
  const { t, language, setLanguage } = useWords()
  return (
    <Select<Language>
      hideLabel
      label={t('language')}
      value={language}
      onChange={setLanguage}
      options={Object.entries(LANGUAGES) as [Language, string][]}
    />
  )
}

function ThemeChoice() {
  const { t } = useWords()
  const [theme, setTheme] = useState<Theme>(keptTheme)
  const next = THEMES[(THEMES.indexOf(theme) + 1) % THEMES.length]!
  return (
    <Button
      kind="quiet"
      icon={THEME_ICONS[theme]}
      label={`${t('theme')}: ${t(`theme.${theme}`)}`}
      onPress={() => {
        keepTheme(next)
        setTheme(next)
      }}
    />
  )
}

/** `?` for the keys, `g` and a letter to go somewhere. */
function useShortcuts(showKeys: () => void): void {
  const navigate = useNavigate()
  useEffect(() => {
    let gone = 0
    const places: Record<string, string> = {
      d: '/',
      j: '/jobs',
      l: '/library',
      r: '/results',
      c: '/scenes',
      s: '/dashboard',
      i: '/import',
    }
    const listen = (event: KeyboardEvent) => {
      const typing = (event.target as Element).closest?.('input, textarea, select, [contenteditable]')
      if (typing || event.ctrlKey || event.metaKey || event.altKey) return
      const place = places[event.key]
      if (event.key === '?') showKeys()
      else if (event.key === 'g') gone = performance.now()
      else if (place && performance.now() - gone < 1000) navigate(place)
    }
    window.addEventListener('keydown', listen)
    return () => window.removeEventListener('keydown', listen)
  }, [navigate, showKeys])
}
