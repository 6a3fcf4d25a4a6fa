// The words of the import page, loaded with it.
import type { ReactNode } from 'react'
import { MoreWords } from '../../i18n'
import en from './en.json'

export type Word = keyof typeof en
const OTHERS = {
  de: () => import('./de.json').then((loaded) => loaded.default),
  es: () => import('./es.json').then((loaded) => loaded.default),
  fr: () => import('./fr.json').then((loaded) => loaded.default),
}

export function ImportWords({ children }: { children: ReactNode }) {
  return (
    <MoreWords own={en} others={OTHERS}>
      {children}
    </MoreWords>
  )
}
