// Files are chosen in a grid, and downloaded as one zip.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import { accessibleFromTop as accessible } from './looking'
import { completed, expect, fits, SIZES, send, shapes, test, tiles } from './world'

const local = (path: string) => basename(path)

/** The names in a zip's directory. */
function names(content: Buffer): string[] {
  const found: string[] = []
  for (let at = content.indexOf('PK\x01\x02', 0, 'latin1'); at >= 0; ) {
    const length = content.readUInt16LE(at + 28)
    found.push(content.toString('utf8', at + 46, at + 46 + length))
    at = content.indexOf('PK\x01\x02', at + 46 + length, 'latin1')
  }
  return found
}

for (const size of SIZES)
  test.describe(size.name, () => {
    test.use(size.use)

    test('what is selected in the library comes as a zip', async ({ page, complaints }) => {
      expect(complaints).toEqual([])
      await send(page, shapes())
      await completed(page)
      await page.goto('/library')
      await expect(tiles(page).first().locator('img')).toHaveCount(1)
      await page.keyboard.press('Control+a')
      const bar = page.getByRole('toolbar')
      const count = shapes().length
      const take = bar.getByRole('button', { name: new RegExp(`^Download ${count} files, `) })
      await expect(take).toBeVisible()
      await fits(page)
      await accessible(page)
      await take.click()
      const sheet = page.getByRole('dialog')
      await sheet.getByLabel('Folders').selectOption('flat')
      await sheet.getByLabel('Name (optional)').fill('All shapes')
      await accessible(page)
      await fits(page)
      const fetched = page.waitForEvent('download')
      await sheet.getByRole('button', { name: 'Create the zip' }).click()
      const download = await fetched
      expect(download.suggestedFilename()).toBe('All shapes.zip')
      expect(names(readFileSync(await download.path())).sort()).toEqual(shapes().map(local).sort())
      await expect(sheet.getByText(/^The zip is ready, /)).toBeVisible()
      await accessible(page)
      await page.keyboard.press('Escape')

      await page.goto('/jobs')
      await page
        .getByRole('link', { name: /All shapes/ })
        .first()
        .click()
      await expect(page.getByRole('heading', { name: 'All shapes' })).toBeVisible()
      await fits(page)
    })

    test('what is selected in a job comes as a zip, and one that is gone is said', async ({ page }) => {
      await send(page, shapes())
      await completed(page)
      await expect(tiles(page).first().locator('img')).toHaveCount(1)
      await tiles(page)
        .first()
        .click({ modifiers: ['ControlOrMeta'] })
      await tiles(page)
        .nth(2)
        .click({ modifiers: ['Shift'] })
      const bar = page.getByRole('toolbar')
      await bar.getByRole('button', { name: /^Download 3 files, / }).click()
      const sheet = page.getByRole('dialog')
      await page.route('**/api/archives', (route) =>
        route.fulfill({
          status: 429,
          contentType: 'application/problem+json',
          body: JSON.stringify({ code: 'storage_full', detail: 'Full.', request_id: 'r', errors: [] }),
        }),
      )
      await sheet.getByRole('button', { name: 'Create the zip' }).click()
      await expect(sheet.getByRole('alert')).toContainText('Full.')
      await page.unroute('**/api/archives')
      const fetched = page.waitForEvent('download')
      await sheet.getByRole('button', { name: 'Create the zip' }).click()
      expect(names(readFileSync(await (await fetched).path()))).toHaveLength(3)
    })
  })
