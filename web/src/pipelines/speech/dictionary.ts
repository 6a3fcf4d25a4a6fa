// A user's own dictionary: a line for each word, `word<TAB>PH PH …`, kept by language.
import { api, Problem, type Tagged, tagged } from '../../api/client'

const pathOf = (language: string) => `/user-data/dictionary/${encodeURIComponent(language)}`

/** Words with their suggested pronunciations; a word without one becomes a comment. */
export interface Unknown {
  word: string
  suggestion: string
}

export function parseMissing(text: string): Unknown[] {
  return text.split('\n').flatMap((line) => {
    const [left = '', suggestion = ''] = line.split('\t')
    const word = line.includes('\t') ? left.replace(/^# /, '').trim() : ''
    return word ? [{ word, suggestion: suggestion.trim() }] : []
  })
}

/** The dictionary with these lines in place of its own for the same words. */
export function withWords(dictionary: string, words: ReadonlyMap<string, string>): string {
  const kept = dictionary.split('\n').filter((line) => {
    const word = line
      .split(/\t| /)[0]!
      .replace(/\(\d+\)$/, '')
      .trim()
    return line.trim() && !words.has(word)
  })
  return `${[...kept, ...[...words].map(([word, said]) => `${word}\t${said}`)].join('\n')}\n`
}

/** Puts them into the current dictionary; after a concurrent change it reads the dictionary again, once. */
export async function keepWords(language: string, words: ReadonlyMap<string, string>): Promise<void> {
  for (let again = 0; ; again++) {
    const now = await readKept(pathOf(language))
    try {
      await api(pathOf(language), {
        method: 'PUT',
        body: { text: withWords(now?.value.text ?? '', words) },
        ...(now?.etag ? { match: now.etag } : {}),
      })
      return
    } catch (error) {
      if (again || !(error instanceof Problem) || error.status !== 412) throw error
    }
  }
}

/** The user's stored text, or undefined. */
export async function readKept(path: string): Promise<Tagged<{ text: string | null }> | null> {
  try {
    return await tagged<{ text: string | null }>(path)
  } catch (error) {
    if (error instanceof Problem && error.status === 404) return null
    throw error
  }
}
