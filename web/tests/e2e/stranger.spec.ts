import { readFileSync } from 'node:fs'
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { join } from 'node:path'
import { expect, test } from '@playwright/test'

// A page of another origin in the same browser, and a name of its own that points at this machine.
const api = `127.0.0.1:${process.env.MILLRACE_E2E_PORT}`
const store = `127.0.0.1:${readFileSync(join(String(process.env.MILLRACE_E2E_DATA), 'stack', 'cloud-port'), 'utf8').trim()}`

let stranger: Server
let address: string

test.beforeAll(async () => {
  stranger = createServer((_, answer) =>
    answer.writeHead(200, { 'Content-Type': 'text/html' }).end('<!doctype html><title>Stranger</title>'),
  )
  await new Promise<void>((ready) => stranger.listen(0, '127.0.0.1', ready))
  address = `http://127.0.0.1:${(stranger.address() as AddressInfo).port}/`
})

test.afterAll(() => {
  stranger.close()
})

/** What a page gets from an address: a status, or nothing where the browser withholds the answer. */
const attempts = [
  { url: `http://${store}/` },
  { url: `http://${store}/millrace?list-type=2` },
  { url: `http://${store}/health` },
  { url: `http://${store}/_ministack/reset`, method: 'POST' },
  { url: `http://${store}/2015-03-31/functions`, method: 'POST', body: '{"FunctionName":"f"}' },
  {
    url: `http://${store}/`,
    method: 'POST',
    body: '{"TableName":"millrace-accounts"}',
    headers: { 'X-Amz-Target': 'DynamoDB_20120810.Scan' },
  },
  { url: `http://${store}/millrace/guides/a`, method: 'PUT', body: 'mine' },
  { url: `http://${api}/api/health` },
  { url: `http://${api}/api/auth/guest`, method: 'POST', body: '{}' },
]

test('a page of another origin reads nothing and changes nothing', async ({ page }) => {
  const statuses: number[] = []
  page.on('response', (response) => {
    if (!response.url().startsWith(address)) statuses.push(response.status())
  })
  await page.goto(address)
  for (const attempt of attempts) {
    for (const mode of ['cors', 'no-cors'] as const) {
      const got = await page.evaluate(
        async ({ url, mode, ...request }) => {
          try {
            const answer = await fetch(url, { ...request, mode } as RequestInit)
            return answer.type === 'opaque' ? 'nothing' : String(answer.status)
          } catch {
            return 'nothing'
          }
        },
        { ...attempt, mode },
      )
      expect(got, `${attempt.method ?? 'GET'} ${attempt.url} (${mode})`).toBe('nothing')
    }
  }
  expect(statuses.length).toBeGreaterThan(0)
  expect(statuses.filter((status) => status !== 403)).toEqual([])
})

test('a name that points at this machine is no way in', async ({ playwright, browserName }) => {
  const { launchOptions } = test.info().project.use
  const browser = await playwright[browserName].launch({
    ...launchOptions,
    args: [...(launchOptions?.args ?? []), '--host-resolver-rules=MAP rebound.example 127.0.0.1'],
  })
  const page = await browser.newPage()
  for (const port of [api, store].map((host) => host.split(':')[1])) {
    const answer = await page.goto(`http://rebound.example:${port}/api/health`)
    expect(answer?.status()).toBe(403)
    const own = await page.evaluate(async () => (await fetch('/api/auth/guest', { method: 'POST' })).status)
    expect(own).toBe(403)
  }
  await browser.close()
})

test('our own page may', async ({ page }) => {
  await page.goto(`http://${api}/`)
  expect(await page.evaluate(async () => (await fetch('/api/health')).status)).toBe(200)
  expect(await page.evaluate(async (url) => (await fetch(url)).status, `http://${store}/health`)).toBe(200)
})
