import { execFileSync } from 'node:child_process'
import {
  accessible,
  begin,
  choose,
  completed,
  expect,
  family,
  fits,
  SIZES,
  test,
  tiles,
  unfold,
} from './world'

const python = process.env.MILLRACE_PYTHON ?? new URL('../../../.venv/bin/python', import.meta.url).pathname

for (const size of SIZES) {
  test.describe(size.name, () => {
    test.use(size.use)

    test('photos go in, and are sorted, looked at, compared and downloaded', async ({
      page,
      complaints,
    }, info) => {
      expect(complaints).toEqual([])
      await choose(page, family())
      await expect(page.getByRole('heading', { name: '13 files to send' })).toBeVisible()
      await expect(page.getByRole('button', { name: 'Start with 13 files' })).toBeInViewport({ ratio: 1 })
      await accessible(page)

      await begin(page)
      await expect(page.getByRole('heading', { name: 'All 13 files have arrived' })).toBeVisible()
      await accessible(page)
      await page.getByRole('button', { name: 'Go to the job' }).click()

      await completed(page)
      await expect(page.getByText('1 duplicate', { exact: true })).toBeVisible()
      await expect(tiles(page)).not.toHaveCount(0)
      // Rows far below the window are not drawn.
      const harbour = page.getByRole('option', { name: /^harbour.jpg/ })
      await expect(async () => {
        await page.mouse.wheel(0, 200)
        await expect(harbour).toBeVisible({ timeout: 500 })
      }).toPass()
      await expect(harbour.locator('img')).toHaveJSProperty('complete', true)
      await page.mouse.wheel(0, -9000)
      await accessible(page)
      await fits(page)

      await unfold(page)
      await page.getByLabel('Group by').selectOption('confidence')
      await expect(page.getByText('7 files', { exact: true })).toBeVisible()

      await page.getByRole('option', { name: 'IMG_20240210_174500.jpg' }).click()
      const viewer = page.getByRole('dialog')
      if (size.use.hasTouch) await viewer.getByRole('button', { name: 'Details' }).click()
      await expect(viewer.getByText('Sources of this time')).toBeVisible()
      await expect(viewer.getByText('camera, time taken')).toBeVisible()
      await expect(viewer.getByText('file name')).toBeVisible()
      await accessible(page)
      await page.keyboard.press('Escape')
      await expect(viewer).toBeHidden()

      await page.getByRole('tab', { name: /Duplicates/ }).click()
      await expect(page.getByRole('heading', { name: 'Identical files' })).toBeVisible()
      await expect(page.getByText('Kept', { exact: true })).toBeVisible()
      await expect(page.getByRole('heading', { name: 'Similar files' })).toBeVisible()
      await accessible(page)

      await page.getByRole('tab', { name: /Rejected/ }).click()
      const rejected = page.getByRole('tabpanel').getByRole('listitem')
      await expect(rejected).toHaveCount(2)
      await expect(rejected.filter({ hasText: 'damaged.jpg' })).toContainText('damaged')
      await accessible(page)

      await page.getByRole('tab', { name: 'Downloads' }).click()
      await accessible(page)
      const [download] = await Promise.all([
        page.waitForEvent('download'),
        page.getByRole('button', { name: /^Download the zip/ }).click(),
      ])
      const path = info.outputPath('results.zip')
      await download.saveAs(path)
      expect(execFileSync(python, ['-m', 'zipfile', '-t', path], { encoding: 'utf8' })).toContain(
        'Done testing',
      )
      const names = execFileSync(
        python,
        ['-c', 'import sys, zipfile; print("\\n".join(zipfile.ZipFile(sys.argv[1]).namelist()))', path],
        {
          encoding: 'utf8',
        },
      ).trim()
      // Ten of thirteen: a duplicate and two unreadable files stay out; two manifests give the reasons.
      expect(names.split('\n')).toHaveLength(12)
      expect(names).toContain('manifest.json')
    })
  })
}

test('what the browser has sent before is not sent again', async ({ page }) => {
  await choose(page, family())
  await begin(page)
  await expect(page.getByRole('heading', { name: /have arrived/ })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)

  const puts: string[] = []
  page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()))
  await choose(page, family())
  await begin(page)
  await expect(page.getByText(/\d already there/)).toBeVisible()
  await expect(page.getByRole('heading', { name: /have arrived/ })).toBeVisible()
  // The two rejected files have no place to be fetched from.
  expect(puts.length).toBeLessThan(4)
})

test('files of no type that the pipeline takes stay out, with the reason', async ({ page }) => {
  await choose(page, [...family().slice(0, 2), '/etc/hostname'])
  await expect(page.getByRole('heading', { name: '2 files to send' })).toBeVisible()
  await page.getByText('Show files and reasons').click()
  await expect(page.getByText('has a type that this pipeline doesn’t accept')).toBeVisible()
})

test('an option that the API refuses is told beside its field', async ({ page }) => {
  await choose(page, family().slice(0, 1))
  await page.getByLabel('Time zone').fill('Europe/Atlantis')
  await begin(page)
  await expect(page.getByRole('alert')).toContainText('wasn’t accepted')
  await expect(page.getByLabel('Time zone')).toHaveAccessibleDescription(/not a time zone/)
  await page.getByLabel('Time zone').fill('Europe/Berlin')
  await begin(page)
  await expect(page.getByRole('heading', { name: /arrived/ })).toBeVisible()
})

test('the same bytes twice in a selection are sent once', async ({ page }) => {
  const puts: string[] = []
  page.on('request', (request) => request.method() === 'PUT' && puts.push(request.url()))
  await choose(page, family())
  await begin(page)
  await expect(page.getByRole('heading', { name: 'All 13 files have arrived' })).toBeVisible()
  expect(puts).toHaveLength(12)
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)
  await expect(page.getByText('1 duplicate', { exact: true })).toBeVisible()
})
