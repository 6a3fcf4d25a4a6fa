import { mkdirSync, writeFileSync } from 'node:fs'
import { join } from 'node:path'
import { expect, test, tiles } from './world'

const FILES = 10_000
const folder = join(process.env.MILLRACE_E2E_DATA!, 'thousands')

test(`${FILES} files are read in slices, and counted aloud meanwhile`, async ({ page }) => {
  mkdirSync(folder, { recursive: true })
  const paths = Array.from({ length: FILES }, (_, n) => join(folder, `photo ${n}.jpg`))
  for (const [n, path] of paths.entries()) writeFileSync(path, `photo ${n}`)
  await page.goto('/')
  await expect(page.getByTestId('files')).toBeAttached()
  await page.evaluate(() => {
    const seen = window as unknown as { tasks: number[]; said: Set<string>; began: number }
    seen.tasks = []
    seen.began = Number.POSITIVE_INFINITY
    seen.said = new Set()
    new PerformanceObserver((list) => {
      for (const entry of list.getEntries()) if (entry.startTime > seen.began) seen.tasks.push(entry.duration)
    }).observe({ type: 'longtask' })
    // The browser makes the list of files before the page gets the event, so that time is left out.
    window.addEventListener(
      'change',
      () => {
        seen.began = performance.now()
      },
      { capture: true, once: true },
    )
    new MutationObserver(() => {
      const text = [...document.querySelectorAll('main [role=status]')].map((one) => one.textContent).join()
      if (/Reading/.test(text)) seen.said.add(text)
    }).observe(document.body, { childList: true, characterData: true, subtree: true })
  })
  const began = Date.now()
  await page.getByTestId('files').setInputFiles(paths)
  await expect(page.getByRole('heading', { name: '10,000 files to send' })).toBeVisible({ timeout: 90_000 })
  await expect(tiles(page).first()).toBeVisible()
  await page.waitForTimeout(500)
  const { tasks, said, heard } = await page.evaluate(() => {
    const seen = window as unknown as { tasks: number[]; said: Set<string>; began: number }
    return { tasks: seen.tasks, said: [...seen.said], heard: Number.isFinite(seen.began) }
  })
  const longest = Math.round(Math.max(0, ...tasks))
  console.log(
    `  ${FILES} files read in ${Date.now() - began} ms, counted ${said.length} times; longest task ${longest} ms`,
  )
  expect(heard).toBe(true)
  expect(said.length).toBeGreaterThan(3)
  expect(longest, 'a busy machine included').toBeLessThan(600)
})
