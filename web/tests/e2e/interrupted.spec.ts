import type { Page } from '@playwright/test'
import { ask } from './people'
import {
  accessible,
  begin,
  choose,
  completed,
  expect,
  family,
  film,
  many,
  SIZES,
  shapes,
  slow,
  test,
} from './world'

/** Parts whose sending began, and the number of times that the store accepted each part. */
function watchParts(page: Page): { begun: Set<number>; taken: Map<number, number> } {
  const taken = new Map<number, number>()
  const begun = new Set<number>()
  page.on('request', (request) => {
    const part = Number(new URL(request.url()).searchParams.get('partNumber'))
    if (part && request.method() === 'PUT') begun.add(part)
  })
  page.on('response', (response) => {
    const part = Number(new URL(response.url()).searchParams.get('partNumber'))
    if (part && response.request().method() === 'PUT' && response.ok())
      taken.set(part, (taken.get(part) ?? 0) + 1)
  })
  return { begun, taken }
}

for (const size of SIZES) {
  test.describe(size.name, () => {
    test.use(size.use)

    test('a reload in the middle of 150 MB goes on without sending a finished part again', async ({
      page,
    }) => {
      const { begun, taken: parts } = watchParts(page)
      await choose(page, [film])
      await slow(page, 12 * 1024 * 1024)
      await begin(page)
      await expect.poll(() => parts.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(3)
      expect(parts.size).toBeLessThan(10)

      await page.reload()
      const before = new Set(parts.keys())
      await page.getByRole('button', { name: 'Continue' }).click()
      await expect(page.getByRole('heading', { name: /has arrived/ })).toBeVisible({ timeout: 60_000 })
      // The store alone knows of a part whose answer was lost by the reload: it is not among those below.
      expect([...begun].sort((a, b) => a - b)).toEqual(Array.from({ length: 10 }, (_, n) => n + 1))
      for (const part of before) expect(parts.get(part), `part ${part}`).toBe(1)

      await page.getByRole('button', { name: 'Go to the job' }).click()
      await completed(page)
      await expect(page.getByRole('option', { name: 'large.mp4' })).toBeVisible()
    })

    test('ten seconds without the API hold nothing up for good', async ({ page, line }) => {
      await choose(page, many())
      await slow(page, 400_000)
      await begin(page)
      await expect(page.getByRole('heading', { name: /^[1-9]\d* of 40 files sent/ })).toBeVisible({
        timeout: 30_000,
      })
      await line.cut()
      await page.getByRole('link', { name: 'Jobs' }).click()
      await expect(page.getByText('Millrace can’t be reached.').first()).toBeVisible({ timeout: 20_000 })
      await page.waitForTimeout(10_000)
      await line.mend()
      await expect(page.getByText('Millrace can’t be reached.')).toHaveCount(0, { timeout: 30_000 })
      await page.getByRole('link', { name: 'Drop' }).click()
      await expect(page.getByRole('heading', { name: 'All 40 files have arrived' })).toBeVisible({
        timeout: 60_000,
      })
      await page.getByRole('button', { name: 'Go to the job' }).click()
      await completed(page)
    })

    test('an upload and its job are paused, resumed and cancelled', async ({ page }) => {
      await choose(page, many())
      await slow(page, 200_000)
      await begin(page)
      await expect(page.getByRole('heading', { name: /^[1-9]\d* of 40 files sent/ })).toBeVisible({
        timeout: 30_000,
      })
      await page.getByRole('button', { name: 'Pause' }).click()
      await expect(page.getByRole('heading', { name: 'Sending is paused' })).toBeVisible()
      await page.waitForTimeout(500)
      const puts: string[] = []
      page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()))
      await page.waitForTimeout(2000)
      expect(puts).toEqual([])

      await page.getByRole('link', { name: 'Go to the job' }).click()
      await page.getByRole('button', { name: 'Pause' }).click()
      await expect(page.getByText('Paused', { exact: true })).toBeVisible()
      await page.getByRole('button', { name: 'Resume' }).click()
      await expect(page.getByText('Running', { exact: true })).toBeVisible()

      await page.getByRole('link', { name: 'Show' }).click()
      await page.getByRole('button', { name: 'Resume' }).click()
      await expect.poll(() => puts.length).toBeGreaterThan(0)

      await page.getByRole('button', { name: 'Cancel' }).click()
      await page.getByRole('dialog').getByRole('button', { name: 'Cancel the job' }).click()
      await page.getByRole('link', { name: 'Jobs' }).click()
      await expect(page.getByRole('listitem').first()).toContainText('Cancelled')
    })
  })
}

test('files are chosen again where the browser did not keep their bytes', async ({ page }) => {
  await choose(page, many())
  await slow(page, 300_000)
  await begin(page)
  await expect(page.getByRole('heading', { name: /^[1-9]\d* of 40 files sent/ })).toBeVisible({
    timeout: 30_000,
  })
  await page.reload()
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('millrace')
        opening.onerror = reject
        opening.onsuccess = () => {
          const change = opening.result.transaction('bytes', 'readwrite')
          change.objectStore('bytes').clear()
          change.oncomplete = resolve
        }
      }),
  )
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText(/^Choose \d+ files again/)).toBeVisible()
  const puts: string[] = []
  page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()))
  await page.getByTestId('files').setInputFiles(many())
  await expect(page.getByRole('heading', { name: 'All 40 files have arrived' })).toBeVisible({
    timeout: 60_000,
  })
  expect(puts.length).toBeLessThan(40)
})

test('an announcement whose answer a reload loses is found again, without the bytes of its files', async ({
  page,
}) => {
  let asked = 0
  await page.route(/\/api\/jobs\/[^/]+\/files$/, async (route) => {
    // It is carried out, and its answer never comes.
    if (route.request().method() === 'POST' && ++asked === 1) await route.fetch()
    else await route.fallback()
  })
  const files = [...many(), ...shapes().slice(0, 13)]
  await choose(page, files)
  await slow(page, 300_000)
  await begin(page)
  await expect.poll(() => asked).toBe(1)
  await expect(page.getByRole('heading', { name: /^[1-9]\d* of 53 files sent/ })).toBeVisible({
    timeout: 60_000,
  })
  await page.reload()
  await page.evaluate(
    () =>
      new Promise((resolve, reject) => {
        const opening = indexedDB.open('millrace')
        opening.onerror = reject
        opening.onsuccess = () => {
          const change = opening.result.transaction('bytes', 'readwrite')
          const store = change.objectStore('bytes')
          store.openKeyCursor().onsuccess = (event) => {
            const cursor = (event.target as IDBRequest<IDBCursor | null>).result
            if (!cursor) return
            if ((cursor.primaryKey as [string, number])[1] >= 45) store.delete(cursor.primaryKey)
            cursor.continue()
          }
          change.oncomplete = resolve
        }
      }),
  )
  // The job has no name of its own: the banner has that of the list.
  await expect(page.getByText('“media” was interrupted')).toHaveCount(0)
  await slow(page, -1)
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('Choose 8 files again')).toBeVisible({ timeout: 60_000 })
  await page.getByTestId('files').setInputFiles(files)
  await expect(page.getByRole('heading', { name: /^All 53 files have arrived/ })).toBeVisible({
    timeout: 90_000,
  })
  // None was announced twice: the job waits for no other.
  await page.getByRole('button', { name: 'Go to the job' }).click()
  expect((await ask(page, 'GET', `/jobs/${page.url().split('/').at(-1)}/files`)).total).toBe(53)
})

/** The store has no reason to refuse one of the files, so this gives the answer that it would give. */
async function refuse(page: Page, wanted: (file: number) => boolean): Promise<void> {
  await page.route(/uploads\/media\/.*/, (route) => {
    const file = Number(/\/(\d{8})/.exec(route.request().url())?.[1])
    if (route.request().method() !== 'PUT' || !wanted(file)) return route.continue()
    return route.fulfill({
      status: 400,
      headers: { 'Access-Control-Allow-Origin': '*' },
      body: '<Error><Code>BadDigest</Code></Error>',
    })
  })
}

test('one file that the store refuses is sent again alone', async ({ page }) => {
  let refused = 0
  await refuse(page, () => refused++ === 0)
  await choose(page, family())
  await begin(page)
  await expect(page.getByText('1 file was not sent').first()).toBeVisible()
  await expect(page.getByRole('alert').getByText('has changed since it was chosen')).toBeVisible()
  await page.getByRole('button', { name: 'Send it again' }).click()
  await expect(page.getByRole('heading', { name: 'All 13 files have arrived' })).toBeVisible()
})

test('the job goes on without a file that can’t be sent, and a reload doesn’t bring it back', async ({
  page,
}) => {
  const wanted = new Set([2, 3, 9])
  await refuse(page, (file) => wanted.has(file))
  await choose(page, family())
  await begin(page)
  await expect(page.getByText('3 files were not sent')).toBeVisible()
  const rows = page.getByRole('alert').getByRole('listitem')
  await expect(rows).toHaveCount(3)
  await expect(rows.first()).toContainText('has changed since it was chosen')
  await accessible(page)

  // One file is sent again alone, another is left out.
  wanted.delete(3)
  await rows
    .nth(1)
    .getByRole('button', { name: /^Try again/ })
    .click()
  await expect(rows).toHaveCount(2)
  await rows
    .first()
    .getByRole('button', { name: /^Leave out/ })
    .click()
  await expect(page.getByText('1 file was not sent')).toBeVisible()
  await expect(page.getByRole('heading', { name: '11 of 12 files sent' })).toBeVisible()

  await page.reload()
  await page.getByRole('button', { name: 'Continue' }).click()
  await expect(page.getByText('1 file was not sent')).toBeVisible()
  await page.getByRole('button', { name: 'Continue without' }).click()
  await expect(page.getByRole('heading', { name: 'All 11 files have arrived' })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)
  await page.getByRole('tab', { name: /Rejected/ }).click()
  await expect(page.getByRole('tabpanel').getByText('It was left out and never arrived.')).toHaveCount(2)
})
