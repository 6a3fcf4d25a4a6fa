// The page's words. English is loaded with the page, any other language when it is chosen.
import { createContext, type ReactNode, useContext, useEffect, useMemo, useState } from 'react'
import en from '../messages/en.json'
import { format, type Messages, type Values } from './format'

export type Key = keyof typeof en
export const LANGUAGES = { en: 'English', de: 'Deutsch' } as const
export type Language = keyof typeof LANGUAGES

const KEPT = 'millrace.language'
const LOADERS: Record<Language, () => Promise<Messages>> = {
  en: async () => en,
  de: async () => (await import('../messages/de.json')).default,
}

interface Words {
  language: Language
  setLanguage: (language: Language) => void
  t: (key: Key, values?: Values) => string
  /** Words that the server sent: in the page's language where they are known, else as they came. */
  said: (
    kind: 'step' | 'error' | 'option' | 'hint' | 'pipeline' | 'setting',
    name: string,
    sent: string,
  ) => string
}

const Context = createContext<Words | null>(null)

export function preferred(): Language {
  const kept = localStorage.getItem(KEPT)
  if (kept && kept in LANGUAGES) return kept as Language
  const known = navigator.languages.map((tag) => tag.slice(0, 2)).find((tag) => tag in LANGUAGES)
  return (known as Language | undefined) ?? 'en'
}

export const loadMessages = (language: Language) => LOADERS[language]()

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
  const words = useMemo<Words>(() => {
    const { language, messages: found } = state
    const t = (key: string, values?: Values) => format(found[key] ?? en[key as Key] ?? key, language, values)
    return {
      language,
      setLanguage: (next) => {
        localStorage.setItem(KEPT, next)
        void LOADERS[next]().then((loaded) => setState({ language: next, messages: loaded }))
      },
      t,
      said: (kind, name, sent) => found[`${kind}.${name}`] ?? sent,
    }
  }, [state])
  return <Context value={words}>{children}</Context>
}

export function useWords(): Words {
  const words = useContext(Context)
  if (!words) throw new Error('There are no words here.')
  return words
}
