// The ways to every page: the first ones in sight, the others in a menu, which takes in more where the window is narrow.
import {
  BookOpen,
  Braces,
  ChartNoAxesColumn,
  Clapperboard,
  Ellipsis,
  Gauge,
  Images,
  ListChecks,
  type LucideIcon,
  ScrollText,
  SlidersHorizontal,
  Upload,
} from 'lucide-react'
import { Button, Menu, MenuItem, MenuTrigger, Popover, Separator } from 'react-aria-components'
import { NavLink, useLocation } from 'react-router'
import { useAdmin } from '../api/me'
import { type Key, useWords } from '../i18n'
import styles from './Navigation.module.css'

type Place = readonly [to: string, name: Key, icon: LucideIcon]

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
  const { pathname } = useLocation()
  const inMenu = [...HELP, ...(admin ? ADMINS : [])]
  const item = ([to, name, Icon]: Place, className = '') => (
    <MenuItem
      key={to}
      id={to}
      href={to}
      className={`${styles.item} ${className} ${pathname.startsWith(to) ? styles.here : ''}`}
      {...(to.startsWith('/api/') ? { target: '_blank', rel: 'noreferrer' } : {})}
    >
      <Icon aria-hidden size={18} strokeWidth={1.9} />
      {t(name)}
    </MenuItem>
  )
  return (
    <nav className={styles.ways} aria-label={t('nav.label')}>
      {ALWAYS.map((place) => (
        <Way key={place[0]} place={place} />
      ))}
      {WHERE_THERE_IS_ROOM.map((place) => (
        <Way key={place[0]} place={place} wide />
      ))}
      <MenuTrigger>
        <Button
          className={`${styles.way} ${inMenu.some(([to]) => to === pathname) ? styles.within : ''} ${
            WHERE_THERE_IS_ROOM.some(([to]) => pathname.startsWith(to)) ? styles.withinNarrow : ''
          }`}
        >
          <Ellipsis aria-hidden size={18} strokeWidth={1.9} />
          {t('nav.more')}
        </Button>
        <Popover className={styles.popover!} placement="bottom start">
          <Menu className={styles.menu!} aria-label={t('nav.more')}>
            {WHERE_THERE_IS_ROOM.map((place) => item(place, styles.narrow))}
            <Separator className={`${styles.line} ${styles.narrow}`} />
            {HELP.map((place) => item(place))}
            {admin && <Separator className={styles.line!} />}
            {admin && ADMINS.map((place) => item(place))}
          </Menu>
        </Popover>
      </MenuTrigger>
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
