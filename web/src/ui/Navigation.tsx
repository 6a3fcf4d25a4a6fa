// The links to every page: the first ones visible, the others in a menu, which takes in more where the window is
// narrow.
import {
  BookOpen,
  Braces,
  ChartNoAxesColumn,
  Clapperboard,
  Ellipsis,
  FolderInput,
  Gauge,
  Images,
  ListChecks,
  type LucideIcon,
  ScrollText,
  SlidersHorizontal,
  Upload,
} from 'lucide-react'
import { lazy, Suspense, useState } from 'react'
import { NavLink, useLocation } from 'react-router'
import { useAdmin } from '../api/me'
import { type Key, useWords } from '../i18n'
import styles from './Navigation.module.css'

const MoreMenu = lazy(() => import('./MoreMenu'))

export type Place = readonly [to: string, name: Key, icon: LucideIcon]

const ALWAYS: readonly Place[] = [
  ['/', 'nav.drop', Upload],
  ['/jobs', 'nav.jobs', ListChecks],
  ['/library', 'nav.library', Images],
]
const WHERE_THERE_IS_ROOM: readonly Place[] = [
  ['/results', 'nav.results', Gauge],
  ['/scenes', 'nav.scenes', Clapperboard],
  ['/dashboard', 'nav.dashboard', ChartNoAxesColumn],
]
const HELP: readonly Place[] = [
  ['/import', 'nav.import', FolderInput],
  ['/guides', 'nav.guides', BookOpen],
  ['/api/docs', 'nav.apiDocs', Braces],
]
const ADMINS: readonly Place[] = [
  ['/settings', 'nav.settings', SlidersHorizontal],
  ['/audit', 'nav.audit', ScrollText],
]

export function Navigation() {
  const { t } = useWords()
  const admin = useAdmin()
  const [asked, setAsked] = useState(false)
  const { pathname } = useLocation()
  const admins = admin ? ADMINS : []
  const inMenu = [...HELP, ...admins]
  const className = `${styles.way} ${inMenu.some(([to]) => to === pathname) ? styles.within : ''} ${
    WHERE_THERE_IS_ROOM.some(([to]) => pathname.startsWith(to)) ? styles.withinNarrow : ''
  }`
  return (
    <nav className={styles.ways} aria-label={t('nav.label')}>
      {ALWAYS.map((place) => (
        <Way key={place[0]} place={place} />
      ))}
      {WHERE_THERE_IS_ROOM.map((place) => (
        <Way key={place[0]} place={place} wide />
      ))}
      <Suspense
        fallback={
          // Pressed before the menu's code is loaded, it opens the menu afterwards.
          <button type="button" className={className} onClick={() => setAsked(true)}>
            <Ellipsis aria-hidden size={18} strokeWidth={1.9} />
            {t('nav.more')}
          </button>
        }
      >
        <MoreMenu
          className={className}
          open={asked}
          narrow={WHERE_THERE_IS_ROOM}
          help={HELP}
          admins={admins}
        />
      </Suspense>
    </nav>
  )
}

function Way({ place: [to, name, Icon], wide }: { place: Place; wide?: boolean }) {
  const { t } = useWords()
  return (
    <NavLink to={to} end={to === '/'} className={`${styles.way} ${wide ? styles.wide : ''}`}>
      <Icon aria-hidden size={18} strokeWidth={1.9} />
      {t(name)}
    </NavLink>
  )
}
