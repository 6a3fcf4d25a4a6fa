// Files in the store: found folder by folder, imported, imported again and again, and dropped.
import type { Page } from '@playwright/test'
import { accessibleFromTop as accessible } from './looking'
import { ask, put, signIn } from './people'
import { expect, family, fits, SIZES, shapes, test } from './world'

async function placed(page: Page): Promise<string> {
  await signIn(page)
  const { id } = await ask(page, 'GET', '/auth/me')
  put(`import/@${id}/`, shapes().slice(0, 2))
  put(`import/@${id}/trip/`, family().slice(0, 3))
  put(`import/@${id}/trip/day 2/`, shapes().slice(0, 1))
  return id
}

for (const size of SIZES)
  test.describe(size.name, () => {
    test.use(size.use)

    test('a folder is found, counted and imported', async ({ page, complaints }) => {
      const id = await placed(page)
      await page.goto('/import')
      await expect(page.getByRole('heading', { name: 'Import', exact: true })).toBeVisible()
      await accessible(page)
      await fits(page)
      await page.getByRole('link', { name: `s3://millrace/import/@${id}/` }).click()
      await expect(page.getByRole('list', { name: 'Files' }).getByRole('listitem')).toHaveCount(2)
      await expect(page.getByText(/^6 files, /)).toBeVisible()

      // By the keyboard: down to the folder, into it, and back.
      await expect(page.getByRole('link', { name: `import/@${id}/` })).toBeFocused()
      await page.keyboard.press('ArrowDown')
      await expect(page.getByRole('link', { name: 'trip' })).toBeFocused()
      await page.keyboard.press('Enter')
      await expect(page.getByRole('link', { name: 'day 2' })).toBeVisible()
      await page.keyboard.press('Backspace')
      await expect(page.getByRole('link', { name: 'trip' })).toBeVisible()
      await page.getByRole('link', { name: 'trip' }).click()
      await expect(page.getByText(/^4 files, /)).toBeVisible()
      await page.getByText('Include subfolders').click()
      await expect(page.getByText(/^3 files, /)).toBeVisible()
      await accessible(page)
      await fits(page)

      await page.getByRole('button', { name: 'Import these 3 files' }).click()
      await expect(page).toHaveURL(/\/jobs\//)
      await expect(page.getByRole('heading', { name: 'trip' })).toBeVisible()
      await page.goto('/import')
      const row = page.getByRole('link', { name: /trip.*Import · s3:\/\/millrace\/import/ })
      await expect(row.getByText('Completed')).toBeVisible({ timeout: 60_000 })
      await accessible(page)
      await fits(page)
      expect(complaints).toEqual([])
    })

    test('a folder is imported again and again, until that is stopped', async ({ page }) => {
      const id = await placed(page)
      await page.goto(`/import?path=${encodeURIComponent(`s3://millrace/import/@${id}/trip/`)}`)
      await page.getByRole('button', { name: 'Schedule…' }).click()
      const sheet = page.getByRole('dialog')
      await sheet.getByLabel('When').selectOption('week')
      await sheet.getByLabel(/^At, in/).fill('04:30')
      await accessible(page)
      await fits(page)
      await sheet.getByRole('button', { name: 'Create the schedule' }).click()
      await expect(sheet).toHaveCount(0)
      const [made] = (await ask(page, 'GET', '/schedules')).items
      expect([made.cron, made.path, made.recursive]).toEqual([
        '30 4 * * 1',
        `s3://millrace/import/@${id}/trip/`,
        true,
      ])
      await expect(page.getByText(/^Next: /)).toBeVisible()
      await page.getByRole('button', { name: 'Pause trip' }).click()
      await expect(page.getByText('Paused')).toBeVisible()
      await page.getByRole('button', { name: 'Run trip now' }).click()
      await expect(page.getByRole('link', { name: /^Last: / })).toBeVisible()
      await accessible(page)
      await fits(page)
      await page.getByRole('button', { name: 'Delete trip' }).click()
      await page.getByRole('button', { name: 'Delete the schedule' }).click()
      await expect(page.getByText('No folder is imported on a schedule.')).toBeVisible()
    })
  })

test('what lands in a drop folder shows until when it waits', async ({ page }) => {
  await signIn(page)
  const { id } = await ask(page, 'GET', '/auth/me')
  put(`drop/media/@${id}/walk/`, family().slice(0, 1))
  await page.goto('/import')
  await expect(page.getByText(/^Waits for more files until /)).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText(`Drop folder · s3://millrace/drop/media/@${id}/walk/`)).toBeVisible()
  await accessible(page)
})

test('loading, failing and emptiness are three things', async ({ page }) => {
  await signIn(page)
  await page.route('**/api/import-folders?*', async (route) => {
    await new Promise((resolve) => setTimeout(resolve, 1500))
    await route.fulfill({ status: 502, body: '' })
  })
  await page.goto('/import')
  await expect(page.getByRole('heading', { name: 'Import', exact: true })).toBeVisible()
  await expect(page.getByText('This folder is empty')).toHaveCount(0)
  const gone = page.getByRole('alert').filter({ hasText: 'The folder can’t be listed' })
  await expect(gone).toBeVisible({ timeout: 30_000 })
  await expect(page.getByText('No places to import from')).toHaveCount(0)
  await page.unroute('**/api/import-folders?*')
  await gone.getByRole('button', { name: 'Try again' }).click()
  await page.getByRole('link', { name: /^s3:\/\/millrace\/import\/@/ }).click()
  await expect(page.getByRole('heading', { name: 'This folder is empty' })).toBeVisible()
  await expect(page.getByRole('button', { name: 'Import these 0 files' })).toBeDisabled()
  await accessible(page)
})

test('a guest is told that it needs an account, in German too', async ({ browser, line }) => {
  const context = await browser.newContext({ locale: 'de-DE', baseURL: line.address })
  const page = await context.newPage()
  await page.goto('/import')
  await expect(page.getByRole('heading', { name: 'Importieren braucht ein Konto' })).toBeVisible()
  await accessible(page)
  await context.close()
})
