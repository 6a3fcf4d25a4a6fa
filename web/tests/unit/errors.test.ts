import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const wordsOf = (language: string): Record<string, string> =>
  Object.assign(
    {},
    ...['messages', ...readdirSync(join(root, 'src/pipelines')).map((name) => `pipelines/${name}`)]
      .map((folder) => join(root, 'src', folder, `${language}.json`))
      .filter(existsSync)
      .map((path) => JSON.parse(readFileSync(path, 'utf8'))),
  )

test.each(['de', 'es', 'fr'])(
  'there is a sentence in %s for every code that the API, a job or a file can have',
  (language) => {
    const words = wordsOf(language)
    const told = readFileSync(join(root, '../docs/errors.md'), 'utf8')
    const codes = [...told.matchAll(/^\| (?:\d+ \| )?`([a-z_]+)` \|/gm)].map((match) => match[1]!)
    expect(codes.length).toBeGreaterThan(50)
    expect([...new Set(codes)].filter((code) => !(`error.${code}` in words))).toEqual([])
  },
)
