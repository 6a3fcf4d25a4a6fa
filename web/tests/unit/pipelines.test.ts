import { readdirSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test } from 'vitest'
import { pageOf } from '../../src/pipelines'
import { page as generic } from '../../src/pipelines/generic/pipeline'
import { cautionsOf, withoutCautions } from '../../src/ui/Cautions'

const root = new URL('../../src', import.meta.url).pathname
const folders = readdirSync(join(root, 'pipelines'), { withFileTypes: true })
  .filter((one) => one.isDirectory() && one.name !== 'generic')
  .map(({ name }) => name)

const sources = (folder: string): string[] =>
  readdirSync(folder, { withFileTypes: true }).flatMap((entry) => {
    const path = join(folder, entry.name)
    if (entry.isDirectory()) return sources(path)
    return /\.tsx?$/.test(entry.name) ? [path] : []
  })

test('a pipeline with a folder has its own page, any other the generic one', () => {
  expect(folders.length).toBeGreaterThan(0)
  for (const name of folders) expect(pageOf(name), name).not.toBe(generic)
  expect(pageOf('one that nobody knows')).toBe(generic)
})

test('nothing outside the folders asks which pipeline a job has', () => {
  const asking = sources(root)
    .filter((path) => !folders.some((name) => path.includes(`/pipelines/${name}/`)))
    .filter((path) => {
      const text = readFileSync(path, 'utf8')
      return (
        /pipeline\s*[!=]==?\s*['"`]/.test(text) ||
        folders.some((name) => text.includes(`pipelines/${name}/`) || text.includes(`./${name}/`))
      )
    })
  expect(asking).toEqual([])
})

test('what a result warns of is told apart from its numbers, as sentences and as codes', () => {
  const metadata = {
    notice: 'For research only.',
    warnings: ['Two slices are left out.', { code: 'clipped', message: 'It is too bright.' }, 7],
    measures: [1],
  }
  expect(cautionsOf(metadata)).toEqual({
    notice: 'For research only.',
    statement: undefined,
    warnings: metadata.warnings.slice(0, 2),
  })
  expect(withoutCautions(metadata)).toEqual({ measures: [1] })
  const apart = {
    warnings: ['2 slices are missing.', 'New.'],
    warning_codes: ['missing_slices'],
    warning_values: [{ count: 2 }],
  }
  expect(cautionsOf(apart).warnings).toEqual([
    { code: 'missing_slices', message: '2 slices are missing.', count: 2 },
    'New.',
  ])
  expect(withoutCautions(apart)).toEqual({})
})
