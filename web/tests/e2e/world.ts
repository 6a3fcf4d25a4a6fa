// The fixtures of every browser test: the page over a line that can be cut, the samples, and a watch on the console.
import { readdirSync } from 'node:fs'
import { connect, createServer, type Socket } from 'node:net'
import { join } from 'node:path'
import AxeBuilder from '@axe-core/playwright'
import { test as base, expect, type Page } from '@playwright/test'

export { expect }

const port = Number(process.env.MILLRACE_E2E_PORT)
// The slowdown of the browser: MILLRACE_E2E_SLOW=6 finds faults that otherwise only a busy machine would show.
const slowdown = Number(process.env.MILLRACE_E2E_SLOW ?? 1)
const samples = join(process.env.MILLRACE_E2E_DATA!, 'samples')

export const film = join(samples, 'large.mp4')
const inside = (name: string) => readdirSync(join(samples, name)).map((file) => join(samples, name, file))
export const family = () => inside('family')
export const many = () => inside('many')
export const shapes = () => inside('shapes')
export const unshown = () => inside('unshown')
export const films = () => inside('films')
export const pairs = () => inside('pairs')
export const volume = () => inside('volume')
export const cards = () => inside('cards').sort()

/** The windows of all journeys. */
export const SIZES = [
  { name: 'on a desk', use: { viewport: { width: 1440, height: 900 }, hasTouch: false } },
  { name: 'on a phone of 390 pixels', use: { viewport: { width: 390, height: 844 }, hasTouch: true } },
] as const

/** A line between the browser and the stack; when it is cut, connections break, and new ones are refused. */
export interface Line {
  address: string
  cut(): Promise<void>
  mend(): Promise<void>
}

async function line(): Promise<Line & { close(): Promise<void> }> {
  const sockets = new Set<Socket>()
  const server = createServer((client) => {
    const stack = connect(port, '127.0.0.1')
    for (const [one, other] of [
      [client, stack],
      [stack, client],
    ] as const) {
      sockets.add(one)
      one.pipe(other)
      one.on('error', () => other.destroy())
      one.on('close', () => {
        sockets.delete(one)
        other.destroy()
      })
    }
  })
  const listen = (at: number) => new Promise<void>((resolve) => server.listen(at, '127.0.0.1', resolve))
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve())
      for (const socket of sockets) socket.destroy()
    })
  const own = Number(process.env.MILLRACE_E2E_LINE)
  await listen(own)
  return { address: `http://127.0.0.1:${own}`, cut: close, mend: () => listen(own), close }
}

interface World {
  line: Line
  /** Errors of the console that a test doesn't expect. */
  complaints: string[]
}

export const test = base.extend<World>({
  // biome-ignore lint/correctness/noEmptyPattern: Playwright reads the pattern
  line: async ({}, use) => {
    const made = await line()
    await use(made)
    await made.close().catch(() => undefined)
  },
  baseURL: ({ line }, use) => use(line.address),
  complaints: async ({ page }, use) => {
    const found: string[] = []
    page.on('pageerror', (error) => found.push(error.message))
    page.on('console', (message) => {
      // A line that is cut on purpose is not the page's fault.
      if (message.type() === 'error' && !/ERR_CONNECTION|ERR_EMPTY|ERR_SOCKET/.test(message.text()))
        found.push(message.text())
    })
    await use(found)
    expect(found, 'the console stays quiet, and nothing breaks the content policy').toEqual([])
  },
  page: async ({ page }, use) => {
    page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined))
    if (slowdown > 1) {
      const session = await page.context().newCDPSession(page)
      await session.send('Emulation.setCPUThrottlingRate', { rate: slowdown })
    }
    await use(page)
    // A poll that still passes through a test's own answer must not fail the next test.
    await page.unrouteAll({ behavior: 'ignoreErrors' })
  },
})

const LOOKS = process.env.MILLRACE_LOOK
const WIDTHS = [390, 1024, 1600] as const
const TALLEST = 2400
let looks = 0

/** With MILLRACE_LOOK=folder: pictures of the present page at three widths, light and dark, in that folder. */
export async function look(page: Page): Promise<void> {
  if (!LOOKS) return
  const before = page.viewportSize()!
  const dark = await page.evaluate(() => matchMedia('(prefers-color-scheme: dark)').matches)
  const name = `${String(++looks).padStart(3, '0')} ${test
    .info()
    .title.replaceAll(/[^\w ]/g, '')
    .slice(0, 60)}`
  for (const width of WIDTHS)
    for (const colorScheme of ['light', 'dark'] as const) {
      await page.setViewportSize({ width, height: before.height })
      await page.emulateMedia({ colorScheme })
      await page.waitForTimeout(300)
      // Of a page all of it; a dialog covers what the window shows.
      const fullPage = (await page.getByRole('dialog').count()) === 0
      const tall = fullPage ? await page.evaluate(() => document.documentElement.scrollHeight) : before.height
      await page.screenshot({
        path: join(LOOKS, `${name} ${width} ${colorScheme}.jpg`),
        type: 'jpeg',
        quality: 70,
        fullPage,
        clip: { x: 0, y: 0, width, height: Math.min(tall, TALLEST) },
      })
    }
  await page.setViewportSize(before)
  await page.emulateMedia({ colorScheme: dark ? 'dark' : 'light' })
}

/** Checks that axe finds no fault in the present page. */
export async function accessible(page: Page): Promise<void> {
  await look(page)
  const { violations } = await new AxeBuilder({ page })
    .options({
      runOnly: {
        type: 'tag',
        values: ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'],
      },
      // Still experimental in axe; users of speech input need it all the same.
      rules: { 'label-content-name-mismatch': { enabled: true } },
      // Passed rules aren't described, and no second page is opened to merge frames, of which there are none: a fifth
      // of the time.
      resultTypes: ['violations'],
    })
    .setLegacyMode()
    .analyze()
  const told = violations.map(
    (one) => `${one.id}: ${one.help}\n  ${one.nodes.map((node) => node.html.slice(0, 160)).join('\n  ')}`,
  )
  expect(told).toEqual([])
}

export async function choose(page: Page, files: string[]): Promise<void> {
  await page.goto('/')
  await page.getByTestId('files').setInputFiles(files)
}

export const begin = (page: Page) => page.getByRole('button', { name: /^Start with/ }).click()

/** Sends these files and goes to their job, once all have arrived. */
export async function send(page: Page, files: string[]): Promise<void> {
  await choose(page, files)
  await begin(page)
  await expect(page.getByRole('heading', { name: /arrived/ })).toBeVisible({ timeout: 60_000 })
  await page.getByRole('button', { name: 'Go to the job' }).click()
}

export const completed = (page: Page) =>
  expect(page.getByRole('button', { name: /^Download the zip/ })).toBeVisible({ timeout: 90_000 })

/** A line that sends this many bytes a second. */
export async function slow(page: Page, bytesPerSecond: number): Promise<void> {
  const session = await page.context().newCDPSession(page)
  await session.send('Network.emulateNetworkConditions', {
    offline: false,
    latency: 5,
    downloadThroughput: -1,
    uploadThroughput: bytesPerSecond,
  })
}

/** The tiles of a grid; the choices of a form are options too. */
export const tiles = (page: Page) => page.getByRole('listbox').getByRole('option')

/** No tile covers another, and nothing in a tile leaves it: checked by geometry. */
export async function apart(page: Page): Promise<void> {
  const found = await page.evaluate(() => {
    const said: string[] = []
    // The part of it that its containers let through.
    const boxOf = (element: Element) => {
      let { top, bottom, left, right } = element.getBoundingClientRect()
      for (let at = element.parentElement; at && at.role !== 'listbox'; at = at.parentElement) {
        if (getComputedStyle(at).overflow === 'visible') continue
        const edge = at.getBoundingClientRect()
        top = Math.max(top, edge.top)
        bottom = Math.min(bottom, edge.bottom)
        left = Math.max(left, edge.left)
        right = Math.min(right, edge.right)
      }
      return { top, bottom, left, right, width: right - left, height: bottom - top }
    }
    const tiles = [...document.querySelectorAll('[role=listbox] [role=option]')]
    for (const [n, tile] of tiles.entries()) {
      const box = boxOf(tile)
      const name = tile.textContent?.slice(0, 30)
      if (box.width < 20 || box.height < 20) said.push(`${name} is ${box.width} by ${box.height}`)
      for (const part of tile.querySelectorAll('img, canvas, svg, span:not(.visually-hidden)')) {
        const { top, bottom, left, right } = boxOf(part)
        if (top < box.top - 1 || bottom > box.bottom + 1 || left < box.left - 1 || right > box.right + 1)
          said.push(
            `${part.tagName} sticks out of ${name}: ${bottom - box.bottom} below, ${right - box.right} aside`,
          )
      }
      for (const other of tiles.slice(n + 1)) {
        const two = boxOf(other)
        if (box.left < two.right && two.left < box.right && box.top < two.bottom && two.top < box.bottom)
          said.push(`${name} lies on ${other.textContent?.slice(0, 30)}`)
      }
    }
    return said
  })
  expect(found).toEqual([])
}

/** Checks that nothing overflows at the side of the window. */
export async function fits(page: Page): Promise<void> {
  const out = await page.evaluate(() => {
    if (document.documentElement.scrollWidth <= document.documentElement.clientWidth) return []
    return [...document.querySelectorAll('body *')]
      .filter((element) => element.getBoundingClientRect().right > innerWidth + 1)
      .map((element) => `${element.tagName} ${element.className} ${element.textContent?.slice(0, 40)}`)
  })
  expect(out).toEqual([])
}

/** Shows the choices of a list: on a phone they are behind a button. */
export async function unfold(page: Page): Promise<void> {
  const opener = page.getByRole('button', { name: /^Filters/ })
  if ((await opener.isVisible()) && (await opener.getAttribute('aria-expanded')) === 'false')
    await opener.click()
}
