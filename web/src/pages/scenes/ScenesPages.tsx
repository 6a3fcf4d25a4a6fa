// All pages of the scene catalogue, with their own words: loaded when the first of them is opened.
import { useEffect, useRef } from 'react'
import { Link, Route, Routes, useLocation } from 'react-router'
import { MoreWords, useWords } from '../../i18n'
import { MissingPage } from '../MissingPage'
import { ConnectionsPage } from './ConnectionsPage'
import en from './en.json'
import { NamesPage } from './NamesPage'
import { PlanPage } from './PlanPage'
import { PlansPage } from './PlansPage'
import { ScenePage } from './ScenePage'
import { ScenesPage } from './ScenesPage'
import styles from './scenes.module.css'

export type Word = keyof typeof en
const OTHERS = {
  de: () => import('./de.json').then((loaded) => loaded.default),
  es: () => import('./es.json').then((loaded) => loaded.default),
  fr: () => import('./fr.json').then((loaded) => loaded.default),
}

const PLACES: readonly (readonly [string, Word])[] = [
  ['/scenes', 'scenes.way.scenes'],
  ['/scenes/plans', 'scenes.way.plans'],
  ['/scenes/performers', 'scenes.names.performers'],
  ['/scenes/tags', 'scenes.names.tags'],
  ['/scenes/studios', 'scenes.names.studios'],
  ['/scenes/sources', 'scenes.way.sources'],
]

export default function ScenesPages() {
  return (
    <MoreWords own={en} others={OTHERS}>
      <div className={styles.room}>
        <Ways />
        <Routes>
          <Route index element={<ScenesPage />} />
          <Route path="plans" element={<PlansPage />} />
          <Route path="plans/:planId" element={<PlanPage />} />
          <Route path="performers" element={<NamesPage key="performers" kind="performers" />} />
          <Route path="tags" element={<NamesPage key="tags" kind="tags" />} />
          <Route path="studios" element={<NamesPage key="studios" kind="studios" />} />
          <Route path="sources" element={<ConnectionsPage />} />
          <Route path="at/:sceneId" element={<ScenePage />} />
          <Route path="*" element={<MissingPage />} />
        </Routes>
      </div>
    </MoreWords>
  )
}

function Ways() {
  const { t } = useWords<Word>()
  const { pathname } = useLocation()
  // A scene belongs to the scenes, a plan to the plans.
  const here = PLACES.map(([to]) => to).findLast((to) => pathname.startsWith(to))
  const current = useRef<HTMLAnchorElement>(null)
  // biome-ignore lint/correctness/useExhaustiveDependencies: another place is another link
  useEffect(() => {
    current.current?.scrollIntoView({ block: 'nearest', inline: 'nearest' })
  }, [here])
  return (
    <nav className={styles.ways} aria-label={t('scenes.ways')}>
      {PLACES.map(([to, name]) => (
        <Link
          key={to}
          to={to}
          className={styles.way!}
          {...(to === here ? { 'aria-current': 'page', ref: current } : {})}
        >
          {t(name)}
        </Link>
      ))}
    </nav>
  )
}
