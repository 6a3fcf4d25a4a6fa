import type { Page, Route } from '@playwright/test'
import type { ArtifactAnswer, FileAnswer, JobAnswer, StatusAnswer } from '../../src/api/schema'

export interface Pretended {
  pipeline: string
  /** By name: its file name, its type, and its content. */
  artifacts: Record<string, { filename: string; type: string; body: string | Buffer }>
  files?: (file: FileAnswer, n: number) => object
  job?: object
  status?: object
}

/** Shows a real job as if another pipeline had run it, to test the page with such results even if the stack lacks
 * that pipeline. */
export async function pretend(page: Page, job: string, as: Pretended): Promise<void> {
  const change = <T>(address: string | RegExp, make: (real: T) => unknown) =>
    page.route(address, async (route) => {
      if (route.request().method() !== 'GET') return route.fallback()
      const real = (await (await route.fetch()).json()) as T
      await route.fulfill({ json: make(real) })
    })
  await change<JobAnswer>(new RegExp(`/api/jobs/${job}$`), (real) => ({
    ...real,
    pipeline: as.pipeline,
    ...as.job,
  }))
  await change<StatusAnswer>(new RegExp(`/api/status/${job}$`), (real) => ({ ...real, ...as.status }))
  await change<{ items: FileAnswer[] }>(new RegExp(`/api/jobs/${job}/files\\?`), (real) => ({
    ...real,
    items: real.items.map((file, n) => ({ ...file, ...as.files?.(file, n) })),
  }))
  await page.route(new RegExp(`/api/jobs/${job}/artifacts$`), (route) =>
    route.fulfill({
      json: {
        items: Object.entries(as.artifacts).map(
          ([name, { filename, type, body }]): ArtifactAnswer => ({
            name,
            filename,
            content_type: type,
            size_bytes: body.length,
            created_at: '2026-01-01T00:00:00Z',
            download_url: `/api/download/${job}/${name}`,
          }),
        ),
      },
    }),
  )
  for (const [name, { type, body }] of Object.entries(as.artifacts)) {
    await page.route(new RegExp(`/api/download/${job}/${name}$`), (route) =>
      route.fulfill({
        json: { url: `/pretended/${name}`, expires_at: '2036-01-01T00:00:00Z', size_bytes: body.length },
      }),
    )
    await page.route(`**/pretended/${name}`, (route) => ranged(route, type, Buffer.from(body)))
  }
}

/** Answers like the store: with a range where one is requested. */
export function ranged(route: Route, type: string, body: Buffer): Promise<void> {
  const asked = /^bytes=(\d+)-(\d*)$/.exec(route.request().headers().range ?? '')
  if (!asked) return route.fulfill({ contentType: type, body })
  const [start, end] = [Number(asked[1]), asked[2] ? Number(asked[2]) + 1 : body.length]
  return route.fulfill({
    status: 206,
    contentType: type,
    headers: { 'Content-Range': `bytes ${start}-${end - 1}/${body.length}`, 'Accept-Ranges': 'bytes' },
    body: body.subarray(start, end),
  })
}
