import type { Page } from '@playwright/test'
import type { JobAnswer, StatusAnswer } from '../../src/api/schema'
import { accessible, begin, choose, completed, expect, family, fits, many, send, slow, test } from './world'

const jobOf = (page: Page) => page.url().split('/').at(-1)!.split('?')[0]!

/** The job in another state than its own: one that only a queue of hours or a broken service would cause. */
async function pretend(page: Page, job: string, how: Partial<StatusAnswer>): Promise<void> {
  await page.route(`**/api/status/${job}`, async (route) => {
    const real = (await (await route.fetch()).json()) as StatusAnswer
    await route.fulfill({ json: { job_id: real.job_id, poll_after_seconds: 2, ...how } })
  })
  await page.route(`**/api/jobs/${job}`, async (route) => {
    const real = (await (await route.fetch()).json()) as JobAnswer
    await route.fulfill({ json: { ...real, status: how.status } })
  })
}

async function sent(page: Page): Promise<string> {
  await send(page, family().slice(0, 3))
  await completed(page)
  return jobOf(page)
}

test('a job that waits tells its place in the queue and how long that takes', async ({ page }) => {
  const job = await sent(page)
  await pretend(page, job, { status: 'queued', queue_position: 2, estimated_wait_seconds: 480 })
  await page.reload()
  await expect(page.getByText('Number 2 in the queue')).toBeVisible()
  await expect(page.getByText('starts in about 8 min')).toBeVisible()
  await accessible(page)
})

test('a job that runs tells its step and what is left of it', async ({ page }) => {
  const job = await sent(page)
  await pretend(page, job, {
    status: 'running',
    progress_percent: 62,
    current_step: 2,
    total_steps: 4,
    current_filename: 'harbour.jpg',
    estimated_remaining_seconds: 90,
  })
  await page.reload()
  await expect(page.getByText('62%', { exact: true })).toBeVisible()
  await expect(page.getByText('2 min left')).toBeVisible()
  const now = page.getByRole('list', { name: 'Steps' }).locator('[aria-current=step]')
  await expect(now).toContainText('harbour.jpg')
  await expect(page).toHaveTitle(/^62 % /)
  await accessible(page)
})

test('a job that failed says why, what that means, and is tried again', async ({ page }) => {
  const job = await sent(page)
  await pretend(page, job, {
    status: 'failed',
    error_code: 'no_files',
    error_message: 'No file could be read.',
  })
  await page.reload()
  await expect(page.getByRole('alert')).toContainText('No file could be read.')
  await expect(page.getByRole('alert')).toContainText('are kept and not sent again')
  await accessible(page)
  const [asked] = await Promise.all([
    page.waitForRequest((request) => request.url().endsWith(`/jobs/${job}/retry`)),
    page.getByRole('button', { name: 'Try again' }).click(),
  ])
  expect(asked.method()).toBe('POST')
})

test('rejected files are looked at again alone', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.getByRole('button', { name: 'Inspect them again' }).click()
  await expect(page.getByRole('button', { name: 'Inspect them again' })).toBeHidden()
  await completed(page)
  await expect(page.getByText('2 files were rejected')).toBeVisible()
})

test('how fast bytes go and how long it takes is told while they go', async ({ page }) => {
  await choose(page, many())
  await slow(page, 250_000)
  await begin(page)
  await expect(page.getByText(/kB\/s · \d+ sec left/)).toBeVisible({ timeout: 30_000 })
  await page.getByRole('link', { name: 'Jobs' }).click()
  await expect(page.getByRole('complementary', { name: 'Upload' })).toContainText(/left/)
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
  await accessible(page)
})

test('a job that was left going is offered after a reload, and not to who has just sent it', async ({
  page,
}) => {
  await choose(page, many())
  await begin(page)
  await expect(page.getByRole('heading', { name: 'All 40 files have arrived' })).toBeVisible({
    timeout: 60_000,
  })
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)
  const job = jobOf(page)

  // The state while it ran: the real job is too fast for the page to be left meanwhile.
  let running = true
  await page.route('**/api/jobs?*', async (route) => {
    const jobs = await (await route.fetch()).json()
    for (const one of jobs.items) if (one.id === job && running) one.status = 'running'
    if (running) jobs.poll_after_seconds = 3
    await route.fulfill({ json: jobs })
  })
  await page.goto('/')
  const banner = page.getByRole('status').filter({ hasText: 'is still running' })
  await expect(banner).toBeVisible()
  await accessible(page)
  await banner.getByRole('link', { name: 'Go to the job' }).click()
  await expect(page).toHaveURL(new RegExp(`/jobs/${job}`))
  await expect(banner).toBeHidden()
  await page.getByRole('link', { name: 'Drop', exact: true }).click()
  await banner.getByRole('button', { name: 'Close' }).click()
  await expect(banner).toBeHidden()

  await page.reload()
  await expect(banner).toBeVisible()
  running = false
  await expect(banner).toBeHidden({ timeout: 20_000 })
})

test('who looks elsewhere is told when a job ends', async ({ page }) => {
  await page.addInitScript(() => {
    const told: string[] = []
    class Told {
      static permission = 'granted'
      constructor(title: string, { body }: { body: string }) {
        told.push(`${title}: ${body}`)
      }
    }
    Object.assign(window, { Notification: Told, told })
  })
  const job = await sent(page)
  const name = await page.getByRole('heading', { level: 1 }).textContent()
  let running = true
  await page.route('**/api/jobs?*', async (route) => {
    const jobs = await (await route.fetch()).json()
    for (const one of jobs.items) if (one.id === job && running) one.status = 'running'
    if (running) jobs.poll_after_seconds = 3
    await route.fulfill({ json: jobs })
  })
  await page.goto('/dashboard')
  await expect(page.getByText('is still running')).toBeVisible()
  await page.evaluate(() => Object.defineProperty(document, 'hidden', { get: () => true }))
  running = false
  const told = () => page.evaluate(() => (window as unknown as { told: string[] }).told)
  // A hidden page polls twice a minute.
  await expect.poll(told, { timeout: 40_000 }).toEqual([`${name}: Completed`])
  await expect(page.getByRole('status').filter({ hasText: name! })).toContainText('Completed')
})

test('what a guest has dropped can be kept', async ({ page }) => {
  await choose(page, family().slice(0, 2))
  await begin(page)
  await page.getByRole('link', { name: 'Keep these files' }).click()
  await expect(page.getByRole('heading', { name: 'Keep your files' })).toBeVisible()
})

test('files that are pasted are taken', async ({ page }) => {
  await page.goto('/')
  await page.evaluate(() => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(['x'], 'from the clipboard.png', { type: 'image/png' }))
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
  })
  await expect(page.getByRole('heading', { name: '1 file to send' })).toBeVisible()
  await expect(page.getByRole('option', { name: 'from the clipboard.png' })).toBeVisible()
})

test('a name is a name, whatever stands in it', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  const name = '<img src=x onerror=document.body.remove()>.jpg'
  await page.goto('/')
  await page.evaluate((given) => {
    const clipboardData = new DataTransfer()
    clipboardData.items.add(new File(['no photo'], given, { type: 'image/jpeg' }))
    window.dispatchEvent(new ClipboardEvent('paste', { clipboardData }))
  }, name)
  await page.getByLabel('Job name').fill('<b>bold</b>')
  await begin(page)
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await expect(page.getByRole('heading', { level: 1, name: '<b>bold</b>' })).toBeVisible()
  await expect(page.getByRole('option', { name })).toBeVisible()
  await expect(page.locator('main img[src=x]')).toHaveCount(0)
})

test('jobs are filtered by state and pipeline', async ({ page }) => {
  await sent(page)
  await page.getByRole('link', { name: 'Jobs' }).click()
  await page.getByLabel('State').selectOption('failed')
  await expect(page.getByRole('heading', { name: 'No matching jobs' })).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: 'Show all' }).click()
  await page.getByLabel('Pipeline').selectOption('media')
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
  await page.getByLabel('Pipeline').selectOption('volume')
  await expect(page.getByRole('heading', { name: 'No matching jobs' })).toBeVisible()
})

test('the list of jobs tells how far each is', async ({ page }) => {
  const job = await sent(page)
  await pretend(page, job, { status: 'running', progress_percent: 62, estimated_remaining_seconds: 300 })
  await page.route('**/api/jobs?*', async (route) => {
    const jobs = await (await route.fetch()).json()
    for (const one of jobs.items) if (one.id === job) one.status = 'running'
    await route.fulfill({ json: jobs })
  })
  await page.goto('/jobs')
  const row = page.getByRole('main').getByRole('listitem')
  await expect(row).toContainText('62% · 5 min left')
  await expect(row.getByRole('progressbar')).toHaveAttribute('value', '62')
  await accessible(page)
  await page.setViewportSize({ width: 390, height: 844 })
  await fits(page)
})

test('of files that look alike, what differs is marked', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.getByRole('tab', { name: /Duplicates/ }).click()
  const alike = page.getByRole('article').filter({ hasText: 'harbour small.jpg' })
  await expect(alike.getByText('480 × 360 (differs)')).toBeVisible()
  await expect(alike.getByText('960 × 720 (differs)').first()).toBeVisible()
  await expect(alike.getByText('Best')).toHaveCount(1)
  await fits(page)

  await alike.getByRole('button', { name: 'Compare' }).click()
  const compared = page.getByRole('dialog').getByRole('figure')
  await expect(compared).toHaveCount(await alike.getByRole('figure').count())
  // Originals stand side by side, since thumbnails don't show which is sharper.
  const original = compared.first().locator('img[src*="/uploads/"]')
  await expect(original).toHaveJSProperty('naturalWidth', 960)
  await accessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
})
