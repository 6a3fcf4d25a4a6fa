// A share's page, for visitors with its address: locked, collecting files, or showing them.
import { lazy, Suspense, useEffect, useMemo, useState } from 'react'
import { useParams } from 'react-router'
import { Problem } from '../../api/client'
import type { SharedAnswer } from '../../api/schema'
import { readShared, type Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { LANGUAGES, type Language } from '../../i18n/languages'
import { Button, Empty, Notice, Select, Skeleton } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { ArchiveWords, type Word } from '../archives/words'
import { Locked } from './Locked'
import { Opened } from './Opened'
import styles from './SharedPage.module.css'

const Give = lazy(() => import('../collect/Give'))

const ASK_AGAIN = 4000

export default function SharedPage() {
  return (
    <ArchiveWords>
      <Visited />
    </ArchiveWords>
  )
}

function Visited() {
  const { t, language, setLanguage } = useWords<Word>()
  const { token = '' } = useParams()
  const [pass, setPass] = useState('')
  const visit = useMemo<Visit>(() => ({ token, pass }), [token, pass])
  const [shared, setShared] = useState<SharedAnswer | null>(null)
  const [error, setError] = useState<unknown>(null)
  const [asked, ask] = useState(0)
  useTitle(shared?.name ?? t('shared.title'))

  // biome-ignore lint/correctness/useExhaustiveDependencies: asked requests another look
  useEffect(() => {
    const stop = new AbortController()
    readShared(visit, stop.signal).then(
      (found) => {
        setError(null)
        setShared(found)
      },
      (caught: unknown) => {
        if (!stop.signal.aborted) setError(caught)
      },
    )
    return () => stop.abort()
  }, [visit, asked])
  // Its zip may still be in the making.
  const waiting = shared !== null && !shared.locked && !shared.collect && shared.zips.length === 0
  useEffect(() => {
    if (!waiting) return
    const timer = setTimeout(() => ask((n) => n + 1), ASK_AGAIN)
    return () => clearTimeout(timer)
  })

  const gone = error instanceof Problem && error.status === 404
  return (
    <>
      <meta name="robots" content="noindex, nofollow" />
      <header className={styles.head}>
        <span className={styles.mark}>Millrace</span>
        <Select<Language>
          label={t('language')}
          hideLabel
          value={language}
          onChange={setLanguage}
          options={Object.entries(LANGUAGES) as [Language, string][]}
        />
      </header>
      <main id="main" className={styles.main}>
        {gone ? (
          <Empty whole title={t('shared.gone')}>
            {t('shared.goneText')}
          </Empty>
        ) : error !== null && shared === null ? (
          <Notice
            kind="error"
            title={t('offline.title')}
            action={<Button onPress={() => ask((n) => n + 1)}>{t('again')}</Button>}
          />
        ) : shared === null ? (
          <Skeleton lines={4} />
        ) : shared.locked ? (
          <Locked visit={visit} onOpen={setPass} />
        ) : shared.collect ? (
          <Suspense fallback={<Skeleton lines={4} />}>
            <Give shared={shared} collect={shared.collect} visit={visit} onChange={() => ask((n) => n + 1)} />
          </Suspense>
        ) : (
          <Opened shared={shared} visit={visit} onChange={() => ask((n) => n + 1)} />
        )}
      </main>
    </>
  )
}
