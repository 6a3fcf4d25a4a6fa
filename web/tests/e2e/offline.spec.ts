import { readFileSync, writeFileSync } from 'node:fs'
import { accessible, expect, family, fits, test } from './world'

test.use({ serviceWorkers: 'allow' })

const keptAddresses = () =>
  Promise.resolve(caches.keys()).then(async (names) => {
    const found: string[] = []
    for (const name of names) for (const one of await (await caches.open(name)).keys()) found.push(one.url)
    return found
  })

test('the page stands without a connection, keeps nothing of the API, and takes what is shared with it', async ({
  page,
  context,
}) => {
  await page.goto('/')
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  await page.goto('/jobs')
  await expect(page.getByRole('heading', { name: 'No jobs yet' })).toBeVisible()

  const origin = new URL(page.url()).origin
  const kept = await page.evaluate(keptAddresses)
  expect(kept.length).toBeGreaterThan(5)
  for (const address of kept) {
    expect(address.startsWith(`${origin}/`), address).toBe(true)
    expect(address).not.toMatch(/\/api\b|X-Amz|[?&]/)
  }

  await context.setOffline(true)
  await page.goto('/jobs')
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeVisible()
  await expect(page.getByText('Your jobs can’t be loaded.')).toBeVisible({ timeout: 30_000 })
  await accessible(page)
  await fits(page)
  await context.setOffline(false)
  await page.goto('/')

  // As a phone shares files; the policy may forbid the page's own form.
  const bytes = readFileSync(family()[0]!).toString('base64')
  const led = await page.evaluate(async (bytes) => {
    const form = new FormData()
    const content = Uint8Array.from(atob(bytes), (one) => one.charCodeAt(0))
    form.append('files', new File([content], 'Süden ?.jpg', { type: 'image/jpeg' }))
    return (await fetch('/share-target', { method: 'POST', body: form })).url
  }, bytes)
  await page.goto(led)
  await expect(page.getByRole('heading', { name: '1 file to send' })).toBeVisible()
  expect(new URL(page.url()).search).toBe('')
  // Taken once: the cache is gone afterwards.
  expect(await page.evaluate(() => caches.has('millrace-shared'))).toBe(false)
})

test('a new version comes in when no tab shows the old one, and the old files go', async ({ page }) => {
  await page.goto('/')
  await page.evaluate(() => navigator.serviceWorker.ready.then(() => undefined))
  const pages = () =>
    page.evaluate(async () => (await caches.keys()).filter((name) => name.startsWith('millrace-page-')))
  const [first] = await pages()
  const worker = new URL('../../dist/sw.js', import.meta.url)
  const built = readFileSync(worker, 'utf8')
  try {
    writeFileSync(worker, built.replace(/VERSION = '\w+'/, "VERSION = 'next'"))
    await page.evaluate(async () => {
      await (await navigator.serviceWorker.ready).update()
    })
    await expect.poll(pages).toEqual([first, 'millrace-page-next'])
    // The browser starts the new one a moment after the last tab has gone, and not while a tab that was opened in that
    // moment still shows the old one: then it comes in the next time.
    await expect(async () => {
      await page.goto('about:blank')
      await page.goto('/')
      await expect.poll(pages, { timeout: 2_000 }).toEqual(['millrace-page-next'])
    }).toPass({ timeout: 60_000 })
  } finally {
    writeFileSync(worker, built)
  }
})
