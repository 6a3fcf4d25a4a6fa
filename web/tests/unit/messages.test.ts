import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { describe, expect, test } from 'vitest'
import { firstScreen, parted } from '../../scripts/words'
import { format, placeholders } from '../../src/i18n/format'
import { LANGUAGES } from '../../src/i18n/languages'
import { ago, bytes, duration } from '../../src/i18n/quantities'

// Words that the server sends in English: only other languages need them.
const FROM_SERVER = /^(step|error|option|hint|pipeline|warning|notice)\./

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) =>
    entry.isDirectory()
      ? sources(join(folder, entry.name))
      : /\.tsx?$/.test(entry.name)
        ? [readFileSync(join(folder, entry.name), 'utf8')]
        : [],
  )
const source = sources(new URL('../../src', import.meta.url).pathname).join('\n')

const root = new URL('../../src', import.meta.url).pathname
const read = (path: string): Record<string, string> => JSON.parse(readFileSync(path, 'utf8'))
const pipelines = readdirSync(join(root, 'pipelines'), { withFileTypes: true })
  .filter((one) => one.isDirectory() && existsSync(join(root, 'pipelines', one.name, 'en.json')))
  .map(({ name }) => join(root, 'pipelines', name))

const pages = readdirSync(join(root, 'pages'))
  .filter((name) => existsSync(join(root, 'pages', name, 'en.json')))
  .map((name) => join(root, 'pages', name))

const files = [join(root, 'messages'), ...pages, ...pipelines]
const wordsOf = (language: string): Record<string, string> =>
  Object.assign({}, ...files.map((one) => read(join(one, `${language}.json`))))
const en = wordsOf('en')
const de = wordsOf('de')
const OTHERS = Object.keys(LANGUAGES).filter((language) => language !== 'en')

describe('the messages', () => {
  test('no word stands in two files', () => {
    const keys = files.flatMap((one) => Object.keys(read(join(one, 'de.json'))))
    expect(keys.filter((key, n) => keys.indexOf(key) !== n)).toEqual([])
  })

  test('German says everything that English says, and nothing else', () => {
    const own = (messages: object) => Object.keys(messages).filter((key) => !FROM_SERVER.test(key))
    expect(own(de).sort()).toEqual(own(en).sort())
  })

  test.each([
    ['de', /Auftr[aä]g/],
    ['es', /\btareas?\b/i],
    ['fr', /\b(travail|travaux|jobs?)\b/i],
  ])('%s has one word for a job', (language, other) => {
    expect(Object.values(wordsOf(language)).filter((text) => other.test(text))).toEqual([])
  })

  test('every English message is there in German, whatever it is for', () => {
    expect(Object.keys(en).filter((key) => !(key in de))).toEqual([])
  })

  test.each(files)('every language has the keys of %s, and no other', (one) => {
    const keys = Object.keys(read(join(one, 'de.json'))).sort()
    for (const language of OTHERS)
      expect(Object.keys(read(join(one, `${language}.json`))).sort(), language).toEqual(keys)
  })

  test.each(OTHERS)(
    '%s fills in the same values as English, or German where English is the server’s',
    (language) => {
      const found = wordsOf(language)
      for (const [key, message] of Object.entries({ ...de, ...en }))
        expect(placeholders(found[key] ?? ''), key).toEqual(placeholders(message))
    },
  )

  test.each(OTHERS)('no message of %s is empty, or has a choice that is not whole', (language) => {
    for (const [key, message] of Object.entries(wordsOf(language))) {
      expect(message.trim(), key).not.toBe('')
      const filled = format(
        message,
        language,
        Object.fromEntries(placeholders(message).map((name) => [name, 2])),
      )
      expect(filled, key).not.toMatch(/\{\w+\||\|/)
    }
  })

  test('every message is used', () => {
    const dynamic = [
      ...[...source.matchAll(/\bt\(\s*`([\w.-]+?)\$\{/g)].map((match) => match[1]!),
      ...[...source.matchAll(/\bsaid\(\s*'(\w+)'/g)].map((match) => `${match[1]}.`),
    ]
    const unused = Object.keys(en).filter(
      (key) =>
        !FROM_SERVER.test(key) &&
        !source.includes(`'${key}'`) &&
        // Words of a grouping or a sort: the pipeline names the key.
        !/^(group|sort)\./.test(key) &&
        !dynamic.some((start) => key.startsWith(start)),
    )
    expect(unused).toEqual([])
  })
})

describe('English in two parts', () => {
  const { first, later } = parted()

  test('is whole, and the first screen has no more than it says', () => {
    const whole = read(join(root, 'messages/en.json'))
    expect({ ...first, ...later }).toEqual(whole)
    expect(Object.keys(first).length + Object.keys(later).length).toBe(Object.keys(whole).length)
    for (const key of ['hero.title.in', 'nav.jobs', 'offline.title', 'keys.title'])
      expect(first).toHaveProperty([key])
    for (const key of ['account.register', 'webhooks.title', 'bin.empty'])
      expect(first).not.toHaveProperty([key])
  })

  test('the first screen reaches the shell and no page but its own', () => {
    const pages = [...firstScreen({ lazy: true }).keys()].filter((path) => /\/pages\/\w+\.tsx$/.test(path))
    expect(pages.map((path) => path.split('/').at(-1)).sort()).toEqual(['DropPage.tsx', 'MissingPage.tsx'])
  })
})

describe('filling in', () => {
  test('a number chooses between one and many by the language’s rules', () => {
    const message = '{count|{count} file|{count} files}'
    expect(format(message, 'en', { count: 1 })).toBe('1 file')
    expect(format(message, 'en', { count: 0 })).toBe('0 files')
    expect(format(message, 'de', { count: 12345 })).toBe('12.345 files')
    // French uses the singular for zero; a million is "many" in both, and those have the form of the others.
    expect(format(message, 'fr', { count: 0 })).toBe('0 file')
    expect(format(message, 'es', { count: 0 })).toBe('0 files')
    expect(format(message, 'fr', { count: 1e6 })).toMatch(/files$/)
    expect(format(message, 'es', { count: 1e6 })).toMatch(/files$/)
  })

  test('what a user has named is put in as it is', () => {
    expect(format('“{name}”', 'en', { name: '{count|a|b} <b>' })).toBe('“{count|a|b} <b>”')
  })

  test('a value that is missing stays visible', () => {
    expect(format('{left} of {all}', 'en', { left: 2 })).toBe('2 of {all}')
  })
})

describe('quantities', () => {
  test('sizes are told in thousands, with a digit after the point only where it says something', () => {
    expect(bytes(0, 'en')).toBe('0 bytes')
    expect(bytes(1, 'en')).toBe('1 byte')
    expect(bytes(1500, 'en')).toBe('1.5 kB')
    expect(bytes(999_500, 'en')).toBe('1 MB')
    expect(bytes(157_286_400, 'de')).toBe('157 MB')
  })

  test('durations are no finer than they are meant', () => {
    expect(duration(0.2, 'en')).toBe('1 sec')
    expect(duration(89, 'en')).toBe('89 sec')
    expect(duration(91, 'en')).toBe('2 min')
    expect(duration(2 * 3600 + 300, 'en')).toBe('2 hr 5 min')
    expect(duration(2 * 3600, 'en')).toBe('2 hr')
    expect(duration(700 * 3600, 'en')).toBe('29 days 4 hr')
    expect(duration(72 * 3600, 'de')).toBe('3 Tg.')
  })

  test('ages are told in the largest unit that they fill', () => {
    const now = Date.parse('2026-11-21T12:00:00Z')
    expect(ago('2026-11-21T11:59:30Z', now, 'en')).toBe('now')
    expect(ago('2026-11-21T11:00:00Z', now, 'en')).toBe('1 hour ago')
    expect(ago('2026-11-20T11:00:00Z', now, 'en')).toBe('yesterday')
  })
})
