import { lazy, Suspense } from 'react'
import { I18nProvider } from 'react-aria-components'
import { Route, Routes } from 'react-router'
import { useWords } from './i18n'
import { DropPage } from './pages/DropPage'
import { MissingPage } from './pages/MissingPage'
import { Shell } from './Shell'
import { Skeleton } from './ui/controls'
import { Faults } from './ui/Faults'

const JobsPage = lazy(() => import('./pages/JobsPage'))
const JobPage = lazy(() => import('./pages/JobPage'))
const DashboardPage = lazy(() => import('./pages/DashboardPage'))

export function App() {
  const { language } = useWords()
  return (
    <I18nProvider locale={language === 'de' ? 'de-DE' : 'en-US'}>
      <Shell>
        <Faults>
          <Suspense fallback={<Skeleton lines={5} />}>
            <Routes>
              <Route index element={<DropPage />} />
              <Route path="jobs" element={<JobsPage />} />
              <Route path="jobs/:jobId" element={<JobPage />} />
              <Route path="dashboard" element={<DashboardPage />} />
              <Route path="*" element={<MissingPage />} />
            </Routes>
          </Suspense>
        </Faults>
      </Shell>
    </I18nProvider>
  )
}
