import type { FileAnswer, FilesPage, JobAnswer, StatusAnswer } from '../../src/api/schema'
import { completed, expect, family, send, test, tiles } from './world'

const FILES = 10_000
const WANTED = 50

test(`a job of ${FILES} files scrolls without a stutter`, async ({ page }) => {
  // A real job's files, repeated: the page can't tell, and the stack needn't take ten thousand.
  await send(page, family())
  await completed(page)
  const job = page.url().split('/').at(-1)!.split('?')[0]!
  const token = await page.evaluate(() => localStorage.getItem('millrace.token'))
  const headers = { Authorization: `Bearer ${token}` }
  const ask = async <T>(path: string) =>
    (await (await page.request.get(`/api${path}`, { headers })).json()) as T
  const real = (await ask<FilesPage>(`/jobs/${job}/files?per_page=200`)).items
  const whole = await ask<JobAnswer>(`/jobs/${job}`)
  const status = await ask<StatusAnswer>(`/status/${job}`)

  const file = (n: number): FileAnswer => ({
    ...real[n % real.length]!,
    id: `${job}-${n}`,
    original_filename: `file ${n}.jpg`,
  })
  await page.route(`**/api/jobs/${job}`, (route) =>
    route.fulfill({ json: { ...whole, progress_total: FILES } }),
  )
  await page.route(`**/api/status/${job}`, (route) =>
    route.fulfill({ json: { ...status, files_expected: FILES } }),
  )
  await page.route(`**/api/jobs/${job}/files?*`, (route) => {
    const query = new URL(route.request().url()).searchParams
    const at = Number(query.get('page') ?? 1)
    const size = Number(query.get('per_page') ?? 50)
    const items = Array.from({ length: size }, (_, n) => file((at - 1) * size + n))
    return route.fulfill({
      json: { items, total: FILES, page: at, per_page: size, pages: FILES / size } satisfies FilesPage,
    })
  })
  await page.reload()
  await expect(page.getByRole('tab', { name: 'Files (10,000)' })).toBeVisible()
  await page.waitForTimeout(4000)

  const measure = () =>
    page.evaluate(
      () =>
        new Promise<{ frames: number; seconds: number; longest: number }>((resolve) => {
          window.scrollTo(0, 0)
          const began = performance.now()
          let last = began
          let frames = 0
          let longest = 0
          const step = (now: number) => {
            frames++
            longest = Math.max(longest, now - last)
            last = now
            // Two screens a second, as somebody does who looks for something.
            window.scrollTo(0, ((now - began) / 1000) * 2 * innerHeight)
            if (now - began < 4000) requestAnimationFrame(step)
            else resolve({ frames, seconds: (now - began) / 1000, longest })
          }
          requestAnimationFrame(step)
        }),
    )
  // Frames a second tell of the machine and of whatever else it does; the page's own part is the time that its thread
  // works for a frame. Where that is 20 ms, it can draw fifty a second.
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value
  const costs: number[] = []
  for (let n = 0; n < 3; n++) {
    const before = await worked()
    const { frames, seconds, longest } = await measure()
    const cost = (1000 * ((await worked()) - before)) / frames
    costs.push(cost)
    console.log(
      `  scrolling ${FILES} files: ${(frames / seconds).toFixed(1)} frames a second, longest frame ${longest.toFixed(0)} ms; ` +
        `${cost.toFixed(1)} ms of work a frame, enough for ${(1000 / cost).toFixed(0)} a second`,
    )
  }
  expect(Math.min(...costs)).toBeLessThanOrEqual(1000 / WANTED)
  const shown = await tiles(page).count()
  expect(shown, 'only what is in sight exists').toBeLessThan(200)

  await page.getByLabel('Filter by name').fill('file 9999.jpg')
  await expect(tiles(page)).toHaveCount(1)
})
