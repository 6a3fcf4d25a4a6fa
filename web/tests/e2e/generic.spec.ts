import { readFileSync } from 'node:fs'
import { pretend } from './pretended'
import { accessible, completed, expect, family, fits, send, test } from './world'

test('a pipeline that the page doesn’t know is shown by its results, its warnings and its pictures', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  const [photo] = family()
  await send(page, [photo!])
  await completed(page)
  const job = page.url().split('/').at(-1)!.split('?')[0]!
  await pretend(page, job, {
    pipeline: 'waveform',
    files: () => ({ verdict: 'suspect', original_filename: 'brook.wav' }),
    artifacts: { picture: { filename: 'peaks.jpg', type: 'image/jpeg', body: readFileSync(photo!) } },
  })
  await page.route('**/api/results?*', (route) =>
    route.fulfill({
      json: {
        items: [
          {
            id: '1',
            job_id: job,
            file_id: `${job}-00000001`,
            pipeline: 'waveform',
            summary: '12 seconds of water',
            quality_score: 0.8,
            metadata: { seconds: 12.5, warnings: [{ code: 'clipped', message: 'It is clipped in places.' }] },
            created_at: '2026-01-01T00:00:00Z',
            updated_at: null,
          },
        ],
        total: 1,
        page: 1,
        per_page: 50,
        pages: 1,
      },
    }),
  )
  await page.reload()
  await expect(page.getByRole('tab', { name: 'Results' })).toBeVisible()
  await expect(page.getByRole('heading', { name: '12 seconds of water' })).toBeVisible()
  await expect(page.getByText('It is clipped in places.')).toBeVisible()
  await expect(page.getByText('12.5')).toBeVisible()
  await expect(page.getByRole('img', { name: 'peaks.jpg' })).toBeVisible()
  await accessible(page)
  await fits(page)
  await page.getByRole('button', { name: 'brook.wav' }).click()
  await expect(page.getByRole('dialog')).toContainText('brook.wav')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('option', { name: /brook.wav/ })).toContainText('Needs review')
})
