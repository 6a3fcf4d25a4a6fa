// `make bench ARGS=page`: measures the built page in a real Chromium. Not a test: only the measuring itself can fail.
// Each measure is a line of JSON in the file that MILLRACE_MEASURES names.
import { execFileSync } from 'node:child_process'
import { appendFileSync, readFileSync } from 'node:fs'
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { framesOf } from './frames'
import { largeJob } from './large'
import { begin, completed, expect, family, shapes, test, tiles } from './world'

const FILES = 10_000
const SLOW = { latency: 150, downloadThroughput: 1.6e6 / 8, uploadThroughput: 750e3 / 8 }

test.setTimeout(600_000)

function tell(measure: string, value: number, unit: string, wanted: string): void {
  const shown = Math.round(value * 100) / 100
  console.log(`  ${measure}: ${shown} ${unit} (wanted: ${wanted})`)
  appendFileSync(
    process.env.MILLRACE_MEASURES!,
    `${JSON.stringify({ measure, value: shown, unit, wanted })}\n`,
  )
}

/** Starts recording the longest task, and the longest interaction. */
async function observe(page: Page): Promise<void> {
  await page.evaluate(() => {
    const seen = { task: 0, interaction: 0 }
    ;(window as unknown as { seen: typeof seen }).seen = seen
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) seen.task = Math.max(seen.task, entry.duration)
    }).observe({ type: 'longtask' })
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries() as PerformanceEventTiming[])
        if (entry.interactionId) seen.interaction = Math.max(seen.interaction, entry.duration)
    }).observe({ type: 'event', durationThreshold: 16 } as PerformanceObserverInit)
  })
}

async function seen(page: Page): Promise<{ task: number; interaction: number }> {
  // Entries arrive after the frame in which they end.
  await page.waitForTimeout(600)
  return page.evaluate(() => {
    const { seen } = window as unknown as { seen: { task: number; interaction: number } }
    const now = { ...seen }
    Object.assign(seen, { task: 0, interaction: 0 })
    return now
  })
}

test('the first visit on a slow line', async ({ page }) => {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.enable')
  await session.send('Network.emulateNetworkConditions', { offline: false, ...SLOW })
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  const found = await page.evaluate(async () => {
    const largest = await new Promise<number>((resolve) => {
      new PerformanceObserver((list) => resolve(list.getEntries().at(-1)!.startTime)).observe({
        type: 'largest-contentful-paint',
        buffered: true,
      })
    })
    const files = performance.getEntriesByType('resource') as PerformanceResourceTiming[]
    return {
      first: performance.getEntriesByName('first-contentful-paint')[0]!.startTime,
      largest,
      heading: performance.now(),
      script: files.filter(({ name }) => name.endsWith('.js')).length,
    }
  })
  tell('first contentful paint at 1.6 Mbit/s', found.first / 1000, 's', '≤ 1.5')
  tell('largest contentful paint by then', found.largest / 1000, 's', '')
})

test('journey 1', async ({ page }) => {
  await page.goto('/')
  await expect(page.getByRole('heading', { level: 1 })).toBeVisible()
  await page.waitForTimeout(3000)
  await observe(page)
  await page.getByTestId('files').setInputFiles([...family(), ...shapes()])
  await begin(page)
  await expect(page.getByRole('heading', { name: /arrived/ })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)
  await page.getByLabel('Group by').selectOption('confidence')
  await tiles(page).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: /^Duplicates/ }).click()
  await expect(page.getByRole('article').first()).toBeVisible()
  tell('longest task of journey 1', (await seen(page)).task, 'ms', '≤ 200')
})

test(`${FILES} files`, async ({ page }) => {
  await largeJob(page, FILES)
  await expect(page.getByRole('tab', { name: 'Files (10,000)' })).toBeVisible()
  await expect(page.getByText(/files searched; the rest/)).toHaveCount(0)
  await page.waitForTimeout(8000)
  await observe(page)
  const interaction = async (name: string, act: () => Promise<void>) => {
    await seen(page)
    await act()
    tell(`longest interaction: ${name}, ${FILES} files`, (await seen(page)).interaction, 'ms', '≤ 100')
  }
  await interaction('select all', () => page.keyboard.press('Control+a'))
  await expect(page.getByRole('toolbar')).toContainText('10,000 selected')
  await interaction('clear', () => page.keyboard.press('Escape'))
  await interaction('filter', () =>
    page.getByLabel('Filter by name').pressSequentially('file 99', { delay: 80 }),
  )
  await page.getByLabel('Filter by name').fill('')
  await page.getByRole('listbox').focus()
  await interaction('scroll by keys', async () => {
    for (let n = 0; n < 12; n++) await page.keyboard.press('PageDown')
  })
  const { frames, cost } = await framesOf(page, `${FILES} files`)
  tell(`frames a second while scrolling, ${FILES} files`, frames, '', '≥ 55')
  tell(`work for a frame, ${FILES} files`, cost, 'ms', '≤ 18')
  const session = await page.context().newCDPSession(page)
  await session.send('HeapProfiler.collectGarbage')
  await session.send('Performance.enable')
  const { metrics } = await session.send('Performance.getMetrics')
  const used = metrics.find(({ name }) => name === 'JSHeapUsedSize')!.value
  tell(`heap, ${FILES} files`, used / 1e6, 'MB', '≤ 60')
})

test('Lighthouse', async () => {
  const program = process.env.MILLRACE_LIGHTHOUSE
  test.skip(!program, 'MILLRACE_LIGHTHOUSE names no Lighthouse')
  const out = join(process.env.MILLRACE_E2E_DATA!, 'lighthouse.json')
  execFileSync(
    process.execPath,
    [
      program!,
      `http://127.0.0.1:${process.env.MILLRACE_E2E_PORT}/`,
      '--quiet',
      '--output=json',
      `--output-path=${out}`,
      '--chrome-flags=--headless --no-sandbox --disable-gpu',
      '--only-categories=performance,accessibility,best-practices,seo',
    ],
    { stdio: 'inherit', env: { CHROME_PATH: '/usr/bin/chromium', ...process.env } },
  )
  const report = JSON.parse(readFileSync(out, 'utf8'))
  if (process.env.MILLRACE_LOOK) execFileSync('cp', [out, join(process.env.MILLRACE_LOOK, 'lighthouse.json')])
  for (const [name, wanted] of [
    ['performance', '≥ 90'],
    ['accessibility', '100'],
    ['best-practices', '100'],
    ['seo', '100'],
  ] as const)
    tell(
      `Lighthouse ${report.lighthouseVersion}, mobile: ${name}`,
      100 * report.categories[name].score,
      '',
      wanted,
    )
  for (const audit of Object.values(report.audits) as { id: string; score: number | null; title: string }[])
    if (audit.score !== null && audit.score < 0.9)
      console.log(`    ${audit.id} ${audit.score}: ${audit.title}`)
})
