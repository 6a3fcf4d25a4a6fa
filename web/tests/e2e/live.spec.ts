import type { BrowserContext, Page } from '@playwright/test'
import { accessible, expect, test } from './world'

/** A job whose files never come: only requests change it. */
async function announced(page: Page): Promise<{ job: string; cancel: () => Promise<void> }> {
  await page.goto('/')
  await page.waitForFunction(() => localStorage.getItem('millrace.token')) // it begins as a guest by itself
  const asked = async (path: string, body: unknown) =>
    page.evaluate(
      async ([path, body]) => {
        const token = localStorage.getItem('millrace.token')
        const headers = { Authorization: `Bearer ${token}`, 'Content-Type': 'application/json' }
        return (await fetch(`/api${path}`, { method: 'POST', headers, body: JSON.stringify(body) })).json()
      },
      [path, body] as const,
    )
  const files = [{ filename: 'a.jpg', size: 10 }]
  const { job_id: job } = await asked('/upload', { pipeline: 'media', files })
  return { job, cancel: () => asked(`/jobs/${job}/control`, { action: 'cancel' }) }
}

/** Counts the sockets of these pages, those still open, and the status requests. */
function counted(context: BrowserContext) {
  const found = { opened: 0, open: 0, asked: 0 }
  context.on('page', (page) => {
    page.on('websocket', (socket) => {
      found.opened++
      found.open++
      socket.on('close', () => found.open--)
    })
  })
  context.on('request', (request) => {
    if (request.url().includes('/api/status/')) found.asked++
  })
  return found
}

const live = (page: Page) => page.getByRole('img', { name: 'Progress updates live' })
const ended = (page: Page) => expect(page.getByRole('main').getByText('Cancelled').first()).toBeVisible()

test('two tabs share one socket, and hear of the end without asking', async ({ context, baseURL }) => {
  const found = counted(context)
  const one = await context.newPage()
  const { job, cancel } = await announced(one)
  await one.goto(`${baseURL}/jobs/${job}`)
  await expect(live(one)).toBeVisible()
  await expect(one.getByRole('heading', { level: 1 })).toBeVisible()
  await accessible(one)
  const two = await context.newPage()
  await two.goto(`${baseURL}/jobs/${job}`)
  await expect(live(two)).toBeVisible()
  expect(found.open).toBe(1)
  await cancel()
  await ended(one)
  await ended(two)
})

test('another tab goes on where the one with the socket is closed', async ({ context, baseURL }) => {
  const found = counted(context)
  const one = await context.newPage()
  const { job } = await announced(one)
  await one.goto(`${baseURL}/jobs/${job}`)
  await expect(live(one)).toBeVisible()
  const two = await context.newPage()
  await two.goto(`${baseURL}/jobs/${job}`)
  await expect(live(two)).toBeVisible()
  const { opened } = found
  await one.close()
  await expect.poll(() => found.opened).toBe(opened + 1)
  await expect(live(two)).toBeVisible()
  const token = await two.evaluate(() => localStorage.getItem('millrace.token'))
  await context.request.post(`${baseURL}/api/jobs/${job}/control`, {
    headers: { Authorization: `Bearer ${token}` },
    data: { action: 'cancel' },
  })
  await ended(two)
})

test('a job that is thrown into the bin elsewhere leaves the list', async ({ context, baseURL }) => {
  const page = await context.newPage()
  const heard: string[] = []
  page.on('websocket', (socket) => socket.on('framereceived', ({ payload }) => heard.push(String(payload))))
  const { job } = await announced(page)
  await page.goto(`${baseURL}/jobs`)
  await expect(live(page)).toBeVisible()
  const row = page.locator(`a[href="/jobs/${job}"]`)
  await expect(row.first()).toBeVisible()
  const token = await page.evaluate(() => localStorage.getItem('millrace.token'))
  await context.request.post(`${baseURL}/api/jobs/${job}/bin`, {
    headers: { Authorization: `Bearer ${token}` },
  })
  await expect(row).toHaveCount(0)
  const gone = heard.map((frame) => JSON.parse(frame)).filter((frame) => frame.type === 'error')
  expect(gone.map(({ code, job_id }) => [code, job_id])).toEqual([['job_not_found', job]])
})

test('where there are no sockets, the page asks and says so', async ({ page, complaints }) => {
  await page.route('**/api/live/ticket', (route) =>
    route.fulfill({ status: 404, json: { code: 'no_live_updates', detail: 'None.', errors: [] } }),
  )
  const { job, cancel } = await announced(page)
  await page.goto(`/jobs/${job}`)
  await expect(page.getByRole('img', { name: 'Progress updates every few seconds' })).toBeVisible()
  await cancel()
  await ended(page)
  complaints.splice(0) // the browser itself complains of the 404
})
