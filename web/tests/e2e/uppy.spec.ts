// Stock Uppy, set up as in docs/uppy.md: the code of that page runs here.
import { readFileSync } from 'node:fs'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { build } from 'vite'
import { completed, expect, family, test } from './world'

const MIB = 1024 * 1024
const ENTRY = join(process.cwd(), 'documented.js')

interface Sent {
  failed: string[]
  jobIds: string[]
}

/** The first listing of the page, as one script that defines `documented.millrace`. */
async function documented(): Promise<string> {
  const code = /```js\n(.*?)```/s.exec(readFileSync('../docs/uppy.md', 'utf8'))?.[1]
  const built = await build({
    configFile: false,
    logLevel: 'silent',
    plugins: [
      {
        name: 'documented',
        enforce: 'pre',
        resolveId: (id) => (id === ENTRY ? id : null),
        load: (id) => (id === ENTRY ? code : null),
      },
    ],
    build: {
      write: false,
      minify: false,
      lib: { entry: ENTRY, name: 'documented', formats: ['iife'] },
    },
    define: { 'process.env.NODE_ENV': '"production"' },
  })
  const [output] = Array.isArray(built) ? built : [built]
  if (!output || !('output' in output)) throw new Error('nothing was built')
  return output.output[0].code
}

// The page's own policy allows no script but its own; another site would have its own policy.
test.use({ bypassCSP: true })

test('small files and one of 70 MiB are sent, and make one job', async ({ page, line }) => {
  const photos = await Promise.all(
    family()
      .slice(0, 3)
      .map(async (path) => ({
        name: path.split('/').at(-1)!,
        base64: (await readFile(path)).toString('base64'),
      })),
  )
  await page.goto('/')
  await page.addScriptTag({ content: await documented() })
  const sent: Sent = await page.evaluate(
    async ({ photos, large }) => {
      const guest = await (await fetch('/api/auth/guest', { method: 'POST' })).json()
      localStorage.setItem('millrace.token', guest.access_token)
      // biome-ignore lint/suspicious/noExplicitAny: the script of the documentation has no types
      const uppy = (window as any).documented.millrace('/api', guest.access_token, 'media')
      for (const { name, base64 } of photos) {
        const bytes = Uint8Array.from(atob(base64), (letter) => letter.charCodeAt(0))
        uppy.addFile({ name, type: 'image/jpeg', data: new Blob([bytes]) })
      }
      // A photo with many bytes after its end is still a photo.
      const first = Uint8Array.from(atob(photos[0]!.base64), (letter) => letter.charCodeAt(0))
      const padding = new Uint8Array(large - first.length)
      for (let at = 0; at < padding.length; at += 1024) padding[at] = at >> 10
      uppy.addFile({ name: 'large.jpg', type: 'image/jpeg', data: new Blob([first, padding]) })
      const { failed, successful } = await uppy.upload()
      return {
        failed: failed.map((file: { error: string }) => file.error),
        jobIds: successful.map((file: { meta: { jobId: string } }) => file.meta.jobId),
      }
    },
    { photos, large: 70 * MIB },
  )
  expect(sent.failed).toEqual([])
  expect(sent.jobIds).toHaveLength(4)
  expect(new Set(sent.jobIds).size).toBe(1)
  await page.goto(`/jobs/${sent.jobIds[0]}`)
  await completed(page)
  const headers = {
    authorization: `Bearer ${await page.evaluate(() => localStorage.getItem('millrace.token'))}`,
  }
  const { items } = await (
    await page.request.get(`${line.address}/api/jobs/${sent.jobIds[0]}/files`, { headers })
  ).json()
  const sizes = Object.fromEntries(
    items.map((item: { original_filename: string; size_bytes: number }) => [
      item.original_filename,
      item.size_bytes,
    ]),
  )
  expect(sizes['large.jpg']).toBe(70 * MIB)
  expect(Object.keys(sizes)).toHaveLength(4)
})
