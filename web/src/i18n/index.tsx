// The page's words. English is loaded with the first screen, and its rest with the first page that is opened; any other
// language is loaded whole when it is chosen.

import first from 'virtual:words/first'
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import type words from '../messages/en.json'
import { format, type Messages, type Values } from './format'
import { LANGUAGES, type Language } from './languages'

export type Key = keyof typeof words
const en: Record<string, string> = { ...first }
const KEPT = 'millrace.language'
type Other = Exclude<Language, 'en'>
const OTHERS: Record<Other, () => Promise<{ default: Messages }>> = {
  de: () => import('../messages/de.json'),
  es: () => import('../messages/es.json'),
  fr: () => import('../messages/fr.json'),
}

/** Loads a page's module together with its words; resolves to the module. */
export async function withWords<Module>(load: () => Promise<Module>): Promise<Module> {
  const [module, { later }] = await Promise.all([load(), import('./later')])
  Object.assign(en, later)
  return module
}

/** Own: the keys of a pipeline's own words. */
export interface Words<Own extends string = never> {
  language: Language
  setLanguage: (language: Language) => void
  t: (key: Key | Own, values?: Values) => string
  /** Words that the server sent: in the page's language if known, else as sent. */
  said: (
    kind: 'step' | 'error' | 'option' | 'hint' | 'pipeline' | 'setting' | 'warning' | 'notice',
    name: string,
    sent: string,
    values?: Values,
  ) => string
}

const Context = createContext<Words<string> | null>(null)

export function preferred(): Language {
  const kept = localStorage.getItem(KEPT)
  if (kept && kept in LANGUAGES) return kept as Language
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES)
  return (known as Language | undefined) ?? 'en'
}

export async function loadMessages(language: Language): Promise<Messages> {
  if (language === 'en') return en
  const theirs = import('../pipelines/messages').then((found) => found.messagesOfPipelines(language))
  const [own, more] = await Promise.all([OTHERS[language](), theirs])
  return { ...own.default, ...more }
}

export function WordsProvider({
  initial,
  messages,
  children,
}: {
  initial: Language
  messages: Messages
  children: ReactNode
}) {
  const [state, setState] = useState({ language: initial, messages })
  useEffect(() => {
    document.documentElement.lang = state.language
  }, [state.language])
  const words = useMemo<Words<string>>(() => {
    const { language, messages: found } = state
    const t = (key: string, values?: Values) => format(found[key] ?? en[key] ?? key, language, values)
    return {
      language,
      setLanguage: (next) => {
        localStorage.setItem(KEPT, next)
        void loadMessages(next).then((loaded) => setState({ language: next, messages: loaded }))
      },
      t,
      said: (kind, name, sent, values) => {
        const known = found[`${kind}.${name}`]
        return known === undefined ? sent : format(known, language, values)
      },
    }
  }, [state])
  return <Context value={words}>{children}</Context>
}

/** Words that a page brings itself, beside the shared ones: in English with its code, in any other language when that
 * is chosen. */
export function MoreWords({
  own,
  others,
  children,
}: {
  own: Messages
  others: Record<Other, () => Promise<Messages>>
  children: ReactNode
}) {
  const outer = useWords<string>()
  const { language } = outer
  const [loaded, setLoaded] = useState<Partial<Record<Language, Messages>>>({ en: own })
  const found = loaded[language]
  useEffect(() => {
    if (language !== 'en' && !found)
      void others[language]().then(
        (messages) => setLoaded((before) => ({ ...before, [language]: messages })),
        () => setLoaded((before) => ({ ...before, [language]: own })),
      )
  }, [language, found, others, own])
  const words = useMemo<Words<string>>(
    () => ({
      ...outer,
      t: (key, values) => {
        const message = found?.[key] ?? own[key]
        return message === undefined ? outer.t(key, values) : format(message, language, values)
      },
    }),
    [outer, found, own, language],
  )
  return found ? <Context value={words}>{children}</Context> : null
}

export function useWords<Own extends string = never>(): Words<Own> {
  const words = useContext(Context)
  if (!words) throw new Error('There are no words here.')
  return words
}
