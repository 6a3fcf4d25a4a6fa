import type { Page } from '@playwright/test'
import type { StatsAnswer } from '../../src/api/schema'
import { accessible, completed, expect, family, fits, send, test } from './world'

/** The name of each button changes when it is pressed. */
async function asTables(page: Page): Promise<void> {
  for (let n = 0; n < 3; n++) await page.getByRole('button', { name: 'As a table' }).first().press('Enter')
}

const DAY = 86_400_000
const stats: StatsAnswer = {
  total_jobs_processed: 1234,
  total_jobs_today: 5,
  unique_users: 17,
  average_processing_time_seconds: 42,
  jobs_in_queue: 3,
  uptime_hours: 700,
  stored_bytes: 123_456_789_000,
  days: Array.from({ length: 30 }, (_, n) => ({
    date: new Date(Date.UTC(2026, 10, 21) - (29 - n) * DAY).toISOString().slice(0, 10),
    opened: n + 3,
    completed: n,
    failed: n % 3,
    cancelled: 1,
  })),
  pipelines: [
    { pipeline: 'media', jobs: 400, average_processing_time_seconds: 12.5 },
    { pipeline: 'volume', jobs: 30, average_processing_time_seconds: 310 },
  ],
  errors: [
    { code: 'unreadable', jobs: 0, files: 41 },
    { code: 'nothing_to_segment', jobs: 3, files: 0 },
  ],
}

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })

    test('the dashboard tells of thirty days in charts, and in tables of the same numbers', async ({
      page,
      complaints,
    }) => {
      expect(complaints).toEqual([])
      await page.route('**/api/stats', (route) => route.fulfill({ json: stats }))
      await page.goto('/dashboard')
      await expect(page.getByText('123 GB')).toBeVisible()
      await expect(page.getByText('495 jobs ended: 435 completed, 30 failed, 30 cancelled.')).toBeVisible()
      await expect(
        page.getByRole('img', {
          name: 'Jobs ended per day: 30 bars. The longest is Nov 21 with 32 jobs.',
        }),
      ).toBeVisible()
      await expect(
        page.getByRole('img', { name: /The longest is Volume segmentation \(30\) with 310/ }),
      ).toBeVisible()
      await expect(
        page.getByRole('img', { name: /^Errors: 2 bars. The longest is unreadable/ }),
      ).toBeVisible()
      await accessible(page)

      await asTables(page)
      const days = page.getByRole('figure', { name: /^Jobs ended/ })
      await expect(days.getByRole('columnheader')).toHaveText(['Day', 'Completed', 'Failed', 'Cancelled'])
      await expect(days.getByRole('row', { name: /^Nov 21/ }).getByRole('cell')).toHaveText(['29', '2', '1'])
      await expect(
        page
          .getByRole('figure', { name: /^Errors/ })
          .getByRole('row', { name: /^nothing to segment/ })
          .getByRole('cell'),
      ).toHaveText(['3', '0'])
      await accessible(page)
    })
  })
}

test('the charts fit a phone', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.route('**/api/stats', (route) => route.fulfill({ json: stats }))
  await page.goto('/dashboard')
  await expect(page.getByText('Jobs ended per day')).toBeVisible()
  await fits(page)
  await asTables(page)
  await fits(page)
})

test('where nothing was ever done, the dashboard says what will stand there', async ({ page }) => {
  const days = stats.days.map((day) => ({ ...day, opened: 0, completed: 0, failed: 0, cancelled: 0 }))
  const empty = { ...stats, total_jobs_processed: 0, jobs_in_queue: 0, days, pipelines: [], errors: [] }
  await page.route('**/api/stats', (route) => route.fulfill({ json: empty }))
  await page.goto('/dashboard')
  await expect(page.getByRole('heading', { name: 'No jobs have ended yet' })).toBeVisible()
  await accessible(page)
})

test('numbers that can’t be had are told to be missing, and asked for again', async ({ page }) => {
  let broken = true
  await page.route('**/api/stats', (route) =>
    broken ? route.fulfill({ status: 503 }) : route.fulfill({ json: stats }),
  )
  await page.goto('/dashboard')
  await expect(page.getByRole('alert')).toContainText('The numbers can’t be loaded.', { timeout: 30_000 })
  await accessible(page)
  broken = false
  await page.getByRole('button', { name: 'Try again' }).click()
  await expect(page.getByText('123 GB')).toBeVisible()
})

test('a job that ends is counted, with the files that were rejected', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.goto('/dashboard')
  const days = page.getByRole('figure', { name: /^Jobs ended/ })
  await days.getByRole('button', { name: 'As a table' }).click()
  const done = days.getByRole('row').last().getByRole('cell').first()
  expect(Number(await done.textContent())).toBeGreaterThan(0)
  await expect(page.getByRole('img', { name: /^Errors: .*unreadable|content mismatch/ })).toBeVisible()
})
