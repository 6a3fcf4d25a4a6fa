import type { LibraryFile, LibraryPage } from '../../src/api/schema'
import { workPerFrame } from './frames'
import { largeJob, packs } from './large'
import { completed, expect, family, send, test, tiles } from './world'

const FILES = 10_000
const WANTED = 50

test(`a job of ${FILES} files scrolls without a stutter`, async ({ page }) => {
  await largeJob(page, FILES)
  await expect(page.getByRole('tab', { name: 'Files (10,000)' })).toBeVisible()
  await page.waitForTimeout(4000)

  expect(await workPerFrame(page, `${FILES} files`)).toBeLessThanOrEqual(1000 / WANTED)
  const shown = await tiles(page).count()
  expect(shown, 'only what is in sight exists').toBeLessThan(200)

  await page.getByLabel('Filter by name').fill('file 9999.jpg')
  await expect(tiles(page)).toHaveCount(1)
})

test(`a library of ${FILES} files scrolls without a stutter, and fetches what is looked at`, async ({
  page,
}) => {
  await send(page, family())
  await completed(page)
  const token = await page.evaluate(() => localStorage.getItem('millrace.token'))
  const answer = await page.request.get('/api/files?per_page=100', {
    headers: { Authorization: `Bearer ${token}` },
  })
  const real = ((await answer.json()) as LibraryPage).items
  const copy = await packs(page)
  const file = (n: number): LibraryFile => {
    const one = real[n % real.length]!
    const thumbnail = one.thumbnail ? copy(one.thumbnail, n) : null
    return { ...one, id: `${one.job_id}-${n}`, original_filename: `file ${n}.jpg`, thumbnail }
  }
  const asked = new Set<number>()
  await page.route('**/api/files?*', (route) => {
    const query = new URL(route.request().url()).searchParams
    const at = Number(query.get('page') ?? 1)
    const size = Number(query.get('per_page'))
    asked.add(at)
    const items = Array.from({ length: size }, (_, n) => file((at - 1) * size + n))
    return route.fulfill({
      json: { items, total: FILES, page: at, per_page: size, pages: FILES / size } satisfies LibraryPage,
    })
  })
  await page.goto('/library')
  const grid = page.getByRole('listbox', { name: '10,000 files' })
  await expect(grid).toBeVisible()
  expect([...asked]).toEqual([1])

  expect(await workPerFrame(page, `a library of ${FILES} files`)).toBeLessThanOrEqual(1000 / WANTED)
  expect(await tiles(page).count(), 'only what is in sight exists').toBeLessThan(200)
  expect(asked.size).toBeLessThan(20)

  await grid.focus()
  await page.keyboard.press('End')
  await expect(page.getByRole('option', { name: 'file 9999.jpg' })).toBeVisible()
  expect(asked).toContain(100)
  await page.keyboard.press('Home')
  await page.keyboard.press('Space')
  await expect(page.getByRole('toolbar')).toContainText('1 selected')
  // A range includes files that were never fetched.
  await page.keyboard.press('Shift+End')
  await expect(page.getByRole('toolbar')).toContainText('10,000 selected', { timeout: 30_000 })
  expect(asked.size).toBe(100)
})
