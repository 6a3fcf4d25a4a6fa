// A job of many files without a stack that has accepted them: a real job's files, repeated. The page can't tell.
import type { Page } from '@playwright/test'
import type { FileAnswer, FilesPage, JobAnswer, StatusAnswer, ThumbnailAnswer } from '../../src/api/schema'
import { completed, family, send } from './world'

/** Every ten files have their own pack, as in jobs this large. */
export async function packs(page: Page): Promise<(thumbnail: ThumbnailAnswer, n: number) => ThumbnailAnswer> {
  const content = new Map<string, Buffer>()
  await page.route(/\/thumbs\/[^?]+\.copy\d+\?/, async (route) => {
    const real = route
      .request()
      .url()
      .replace(/\.copy\d+\?/, '?')
    const { pathname } = new URL(real)
    if (!content.has(pathname)) content.set(pathname, await (await page.request.get(real)).body())
    await route.fulfill({ body: content.get(pathname)!, headers: { 'Access-Control-Allow-Origin': '*' } })
  })
  return (thumbnail, n) => ({ ...thumbnail, url: thumbnail.url.replace('?', `.copy${Math.floor(n / 10)}?`) })
}

export async function largeJob(page: Page, files: number): Promise<void> {
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

  const copy = await packs(page)
  const file = (n: number): FileAnswer => {
    const one = real[n % real.length]!
    const thumbnail = one.thumbnail ? copy(one.thumbnail, n) : null
    return { ...one, id: `${job}-${n}`, original_filename: `file ${n}.jpg`, thumbnail }
  }
  await page.route(`**/api/jobs/${job}`, (route) =>
    route.fulfill({ json: { ...whole, progress_total: files } }),
  )
  await page.route(`**/api/status/${job}`, (route) =>
    route.fulfill({ json: { ...status, files_expected: files } }),
  )
  await page.route(`**/api/jobs/${job}/files?*`, (route) => {
    const query = new URL(route.request().url()).searchParams
    const at = Number(query.get('page') ?? 1)
    const size = Number(query.get('per_page') ?? 50)
    const items = Array.from({ length: size }, (_, n) => file((at - 1) * size + n))
    return route.fulfill({
      json: { items, total: files, page: at, per_page: size, pages: files / size } satisfies FilesPage,
    })
  })
  await page.reload()
}
