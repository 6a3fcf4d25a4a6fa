import { existsSync, readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'

const root = new URL('../..', import.meta.url).pathname
const words: Record<string, string> = {}
for (const folder of [
  'messages',
  ...readdirSync(join(root, 'src/pipelines')).map((name) => `pipelines/${name}`),
]) {
  const path = join(root, 'src', folder, 'de.json')
  if (existsSync(path)) Object.assign(words, JSON.parse(readFileSync(path, 'utf8')))
}

test('German has a sentence for every code that the API, a job or a file can have', () => {
  const told = readFileSync(join(root, '../docs/errors.md'), 'utf8')
  const codes = [...told.matchAll(/^\| (?:\d+ \| )?`([a-z_]+)` \|/gm)].map((match) => match[1]!)
  expect(codes.length).toBeGreaterThan(50)
  expect([...new Set(codes)].filter((code) => !(`error.${code}` in words))).toEqual([])
})
