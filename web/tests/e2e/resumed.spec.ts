// The browser resumes a download where it broke off.
import { readFileSync } from 'node:fs'
import { createServer, request } from 'node:http'
import type { AddressInfo } from 'node:net'
import { completed, expect, film, send, test } from './world'

const KEPT = 1_000_000

/** In front of the store at `origin`: breaks off the first answer, and records the requests. */
async function weak(origin: URL) {
  const asked: { range?: string | undefined; ifRange?: string | undefined; status?: number | undefined }[] =
    []
  const server = createServer((incoming, answer) => {
    const first = asked.length === 0
    const note: (typeof asked)[number] = {
      range: incoming.headers.range,
      ifRange: incoming.headers['if-range'] as string | undefined,
    }
    asked.push(note)
    // The store's signature covers its own address.
    const headers = { ...incoming.headers, host: origin.host }
    request(origin, { path: incoming.url, method: incoming.method, headers }, (found) => {
      note.status = found.statusCode
      answer.writeHead(found.statusCode!, found.headers)
      if (!first) return void found.pipe(answer)
      let sent = 0
      found.on('data', (chunk: Buffer) => {
        if (sent >= KEPT) return
        sent += chunk.length
        answer.write(chunk, () => {
          if (sent >= KEPT) answer.socket?.end()
        })
      })
    }).end()
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { asked, origin: `http://127.0.0.1:${port}`, close: () => server.close() }
}

test('a download that broke off goes on where it stopped', async ({ page }) => {
  await send(page, [film])
  await completed(page)
  let address = ''
  let store: Awaited<ReturnType<typeof weak>> | undefined
  await page.route('**/api/download/**', async (route) => {
    const response = await route.fetch()
    const told = (await response.json()) as { url: string }
    address = told.url
    const own = new URL(told.url).origin
    store = await weak(new URL(own))
    await route.fulfill({ response, json: { ...told, url: told.url.replace(own, store.origin) } })
  })
  const fetched = page.waitForEvent('download')
  await page.getByRole('button', { name: /^Download the zip/ }).click()
  const content = readFileSync(await (await fetched).path())
  const whole = Buffer.from(await (await page.request.get(address)).body())
  expect(whole.length).toBeGreaterThan(2 * KEPT)
  expect(content.equals(whole)).toBe(true)
  const [first, second, ...more] = store!.asked
  expect([first!.range, first!.status]).toEqual([undefined, 200])
  expect(second!.status).toBe(206)
  expect(second!.range).toMatch(/^bytes=[1-9]\d*-$/)
  expect(second!.ifRange).toMatch(/^"[0-9a-f]{32}-\d+"$/)
  expect(more).toEqual([])
  store!.close()
})

test('what a page goes on with is of the version that it began with', async ({ page }) => {
  await send(page, [film])
  await completed(page)
  const answer = page.waitForResponse(/\/api\/download\//)
  await page.getByRole('button', { name: /^Download the zip/ }).click()
  const { url } = (await (await answer).json()) as { url: string }
  const [same, other] = await page.evaluate(async (url) => {
    const whole = await fetch(url)
    await whole.body?.cancel()
    const from = async (version: string) => {
      const found = await fetch(url, { headers: { Range: 'bytes=1000-1999', 'If-Range': version } })
      return [found.status, (await found.arrayBuffer()).byteLength] as const
    }
    return [await from(whole.headers.get('etag')!), await from('"another"')]
  }, url)
  expect(same).toEqual([206, 1000])
  expect(other![0]).toBe(200)
  expect(other![1]).toBeGreaterThan(1000)
})
