import type { Locator, Page } from '@playwright/test'
import type { FilesPage, JobsPage } from '../../src/api/schema'
import { accessible, completed, expect, family, many, send, test, tiles } from './world'

const PACK = /\/thumbs\//

/** The packs that the browser requests from the store, once for each request. */
function watchPacks(page: Page): string[] {
  const asked: string[] = []
  page.on('request', (request) => {
    const { pathname } = new URL(request.url())
    if (PACK.test(pathname)) asked.push(pathname)
  })
  return asked
}

const drawn = (picture: Locator) =>
  expect.poll(() => picture.evaluate((image: HTMLImageElement) => image.naturalWidth)).toBeGreaterThan(0)

test('thumbnails are cut out of their packs, each of which is fetched once for all lists', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  await send(page, many().slice(0, 15))
  await completed(page)
  const asked = watchPacks(page)
  const alone: string[] = []
  page.on('request', (request) => {
    if (/\/api\/files\/[^/]+\/thumbnail/.test(request.url())) alone.push(request.url())
  })
  await page.reload()
  const pictures = tiles(page).locator('img')
  await expect(pictures).toHaveCount(15)
  for (const picture of await pictures.all()) await drawn(picture)
  const packs = asked.length
  expect(packs).toBeLessThan(15)

  await page.getByRole('link', { name: 'Library' }).click()
  await expect(tiles(page).first()).toBeVisible()
  await drawn(tiles(page).first().locator('img'))
  await tiles(page).first().click()
  await expect(page.getByRole('dialog').getByText('image/jpeg')).toBeVisible()
  await page.keyboard.press('Escape')
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
  await drawn(page.getByRole('main').locator('img').first())
  expect(asked).toHaveLength(packs)
  expect(new Set(asked).size).toBe(packs)
  expect(alone).toEqual([])
})

test('who scrolls back finds the pictures there, and not a frame later', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await send(page, many())
  await completed(page)
  await expect(tiles(page).first().locator('img')).toBeVisible()
  const end = () => page.evaluate(() => window.scrollTo(0, document.body.scrollHeight))
  await expect(async () => {
    await end()
    await expect(page.getByRole('option', { name: 'photo 040.jpg' }).locator('img')).toBeInViewport({
      timeout: 500,
    })
  }).toPass()
  await expect(page.getByRole('option', { name: 'photo 001.jpg' })).toHaveCount(0)
  const [came, bare] = await page.evaluate(async () => {
    let came = 0
    let bare = 0
    const watcher = new MutationObserver((changes) => {
      for (const node of changes.flatMap((change) => [...change.addedNodes]))
        if (node instanceof Element)
          for (const tile of node.querySelectorAll('[role=option]')) {
            came++
            if (!tile.querySelector('img')?.src.startsWith('blob:')) bare++
          }
    })
    watcher.observe(document.body, { childList: true, subtree: true })
    window.scrollTo(0, 0)
    await new Promise((resolve) => setTimeout(resolve, 500))
    return [came, bare]
  })
  expect(came).toBeGreaterThan(0)
  expect(bare).toBe(0)
})

test('where a pack can’t be had, its files look as those without a picture, until it can', async ({
  page,
}) => {
  await send(page, family())
  await completed(page)
  await page.route(PACK, (route) => route.fulfill({ status: 403, body: 'Request has expired' }))
  await page.reload()
  const tile = page.getByRole('option', { name: /^harbour.jpg/ })
  await expect(tile.locator('svg.lucide-image')).toBeVisible()
  await expect(tiles(page).locator('img')).toHaveCount(0)
  await accessible(page)
  await page.getByRole('link', { name: 'Jobs', exact: true }).click()
  const row = page.getByRole('main').getByRole('listitem')
  await expect(row.locator('[aria-hidden] > svg').first()).toBeVisible()
  await expect(row.locator('img')).toHaveCount(0)

  await page.unroute(PACK)
  await row.getByRole('link').click()
  await drawn(tile.locator('img'))
})

test('of a long list of jobs, only the covers near the window are asked for', async ({ page }) => {
  const JOBS = 100
  await send(page, family())
  await completed(page)
  await page.route('**/api/jobs?*', async (route) => {
    const answer: JobsPage = await (await route.fetch()).json()
    const items = Array.from({ length: JOBS }, (_, n) => ({
      ...answer.items[0]!,
      id: `${n}`,
      name: `job ${n}`,
    }))
    await route.fulfill({ json: { ...answer, items } })
  })
  // One request for all: a browser has six connections to the API, and as many requests as are made here would use up
  // all that the local stack accepts.
  const job = page.url().split('/').at(-1)!.split('?')[0]!
  let real: Promise<FilesPage> | undefined
  const listed = new Set<string>()
  await page.route(/\/api\/jobs\/\d{1,2}\/files/, async (route) => {
    const url = route.request().url()
    const n = /\/jobs\/(\d+)\//.exec(url)![1]!
    listed.add(n)
    real ??= route.fetch({ url: url.replace(`/jobs/${n}/`, `/jobs/${job}/`) }).then((answer) => answer.json())
    const files = await real
    const items = files.items.map(({ thumbnail, ...file }) => ({
      ...file,
      thumbnail: thumbnail && { ...thumbnail, url: thumbnail.url.replace('?', `.copy${n}?`) },
    }))
    await route.fulfill({ json: { ...files, items } })
  })
  const content = new Map<string, Buffer>()
  const asked = new Set<string>()
  await page.route(PACK, async (route) => {
    const url = route.request().url()
    const n = /\.copy(\d+)\?/.exec(url)?.[1]
    if (n === undefined) return route.continue()
    asked.add(n)
    const real = url.replace(`.copy${n}?`, '?')
    const path = new URL(real).pathname
    if (!content.has(path)) content.set(path, await (await page.request.get(real)).body())
    await route.fulfill({ body: content.get(path)!, headers: { 'Access-Control-Allow-Origin': '*' } })
  })
  await page.goto('/jobs')
  const rows = page.getByRole('main').getByRole('listitem')
  await expect(rows).toHaveCount(JOBS)
  await drawn(rows.first().locator('img').first())
  await page.waitForTimeout(1000)
  expect(asked.size).toBeLessThan(JOBS / 2)
  expect(listed.size).toBeLessThan(JOBS / 2)
  await rows.last().scrollIntoViewIfNeeded()
  await drawn(rows.last().locator('img').first())
})
