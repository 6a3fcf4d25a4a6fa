import { lazy, Suspense } from 'react'
import { I18nProvider, RouterProvider } from 'react-aria-components'
import { Route, Routes, useHref, useLocation, useNavigate } from 'react-router'
import { useWords, withWords } from './i18n'
import { LOCALES } from './i18n/languages'
import { DropPage, loadDrop } from './pages/DropPage'
import { MissingPage } from './pages/MissingPage'
import { loadJobWatch, Shell } from './Shell'
import { loadDialog, Skeleton } from './ui/controls'
import { Faults } from './ui/Faults'

const loadTransport = () => import('./upload/transport')
const loadJobs = () => withWords(() => import('./pages/JobsPage'))
const loadBin = () => withWords(() => import('./pages/BinPage'))
const loadJob = () => withWords(() => import('./pages/JobPage'))
const loadDashboard = () => withWords(() => import('./pages/DashboardPage'))
const loadAccount = () => withWords(() => import('./pages/AccountPage'))
const loadLibrary = () => withWords(() => import('./pages/library/LibraryPage'))
const loadSettings = () => withWords(() => import('./pages/settings/SettingsPage'))
const loadImport = () => withWords(() => import('./pages/imports/ImportPage'))
const loadGuides = () => withWords(() => import('./pages/guides/GuidesPage'))
const loadAudit = () => withWords(() => import('./pages/audit/AuditPage'))
const loadResults = () => withWords(() => import('./pages/results/ResultsPage'))
const loadScenes = () => withWords(() => import('./pages/scenes/ScenesPages'))
const SharedPage = lazy(() => withWords(() => import('./pages/shared/SharedPage')))
const JobsPage = lazy(loadJobs)
const BinPage = lazy(loadBin)
const JobPage = lazy(loadJob)
const DashboardPage = lazy(loadDashboard)
const AccountPage = lazy(loadAccount)
const LibraryPage = lazy(loadLibrary)
const SettingsPage = lazy(loadSettings)
const ImportPage = lazy(loadImport)
const GuidesPage = lazy(loadGuides)
const AuditPage = lazy(loadAudit)
const ResultsPage = lazy(loadResults)
const ScenesPages = lazy(loadScenes)

// Fetched once the first page is shown, so that every page works even if the connection is lost later.
const idle = window.requestIdleCallback ?? ((task: () => void) => setTimeout(task, 500))
const SHARED = '/shared/'
if (import.meta.env.PROD && !location.pathname.startsWith(SHARED))
  addEventListener('load', () =>
    idle(() => navigator.serviceWorker?.register('/sw.js').catch(() => undefined)),
  )
const LATER = [
  loadDialog,
  loadDrop,
  loadJobWatch,
  loadTransport,
  loadJobs,
  loadJob,
  loadBin,
  loadLibrary,
  loadResults,
  loadScenes,
  loadDashboard,
  loadAccount,
  loadImport,
  loadGuides,
  loadSettings,
  loadAudit,
]
const loadAll = () => idle(() => Promise.allSettled(LATER.map((load) => load())))
// Visitors of a share's address see only the share; visitors of the first page see it first, unless they act.
const FIRST_PAGE_ALONE = 5000
const ACTS = ['pointermove', 'pointerdown', 'keydown', 'dragenter', 'scroll'] as const
if (location.pathname === '/') {
  const begin = () => {
    clearTimeout(timer)
    for (const act of ACTS) removeEventListener(act, begin)
    loadAll()
  }
  const timer = setTimeout(begin, FIRST_PAGE_ALONE)
  for (const act of ACTS) addEventListener(act, begin, { passive: true })
} else if (!location.pathname.startsWith(SHARED)) loadAll()

export function App() {
  const { language } = useWords()
  const { pathname } = useLocation()
  const navigate = useNavigate()
  return (
    <I18nProvider locale={LOCALES[language]}>
      <RouterProvider navigate={navigate} useHref={useHref}>
        {pathname.startsWith(SHARED) ? (
          <Suspense fallback={<Skeleton lines={5} />}>
            <Routes>
              <Route path="shared/:token" element={<SharedPage />} />
              <Route path="*" element={<MissingPage />} />
            </Routes>
          </Suspense>
        ) : (
          <Shell>
            <Faults key={pathname}>
              <Suspense fallback={<Skeleton lines={5} />}>
                <Routes>
                  <Route index element={<DropPage />} />
                  <Route path="jobs" element={<JobsPage />} />
                  <Route path="bin" element={<BinPage />} />
                  <Route path="jobs/:jobId" element={<JobPage />} />
                  <Route path="library" element={<LibraryPage />} />
                  <Route path="results" element={<ResultsPage />} />
                  <Route path="scenes/*" element={<ScenesPages />} />
                  <Route path="dashboard" element={<DashboardPage />} />
                  <Route path="import" element={<ImportPage />} />
                  <Route path="guides" element={<GuidesPage />} />
                  <Route path="settings" element={<SettingsPage />} />
                  <Route path="audit" element={<AuditPage />} />
                  <Route path="account" element={<AccountPage />} />
                  <Route path="*" element={<MissingPage />} />
                </Routes>
              </Suspense>
            </Faults>
          </Shell>
        )}
      </RouterProvider>
    </I18nProvider>
  )
}
