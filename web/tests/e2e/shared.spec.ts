// Shared files as a visitor with the address sees them: in a browser without an account.
import { readFileSync } from 'node:fs'
import { basename } from 'node:path'
import type { Page } from '@playwright/test'
import { accessibleFromTop as accessible } from './looking'
import { completed, expect, fits, SIZES, send, shapes, test, tiles } from './world'

/** Shares all files of the open library, and returns the address. */
async function share(page: Page, fill: Record<string, string>): Promise<string> {
  await page.goto('/library')
  await expect(tiles(page).first().locator('img')).toHaveCount(1)
  await page.keyboard.press('Control+a')
  await page.getByRole('toolbar').getByRole('button', { name: 'Share' }).click()
  const sheet = page.getByRole('dialog')
  for (const [label, text] of Object.entries(fill)) await sheet.getByLabel(label).fill(text)
  await accessible(page)
  await fits(page)
  await sheet.getByRole('button', { name: 'Create the address' }).click()
  const address = await sheet.getByLabel('The address').inputValue()
  expect(address).toMatch(/\/shared\/[A-Za-z0-9_-]{22}$/)
  await expect(sheet.getByText(/^0 downloads · until /)).toBeVisible()
  await accessible(page)
  return address
}

for (const size of SIZES)
  test.describe(size.name, () => {
    test.use(size.use)

    test('a visitor sees pictures of every shape, downloads all and some, and then nothing', async ({
      page,
      browser,
      line,
    }) => {
      await send(page, shapes())
      await completed(page)
      const address = await share(page, { 'Title for visitors (optional)': 'For Ann' })

      const asked: string[] = []
      const complaints: string[] = []
      const visitor = await (
        await browser.newContext({ ...size.use, locale: 'en-US', baseURL: line.address })
      ).newPage()
      visitor.on('request', (request) => asked.push(new URL(request.url()).pathname))
      visitor.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
      await visitor.goto(address)
      await expect(visitor.getByRole('heading', { name: 'For Ann' })).toBeVisible()
      await expect(visitor.locator('meta[name=robots]')).toHaveAttribute('content', /noindex/)
      const count = shapes().length
      await expect(visitor.getByRole('listbox', { name: `${count} files` })).toBeVisible()
      const drawn = () =>
        tiles(visitor)
          .locator('img')
          .evaluateAll((images) => images.filter((one) => (one as HTMLImageElement).naturalWidth > 0).length)
      const pictures = await tiles(visitor).count()
      await expect.poll(drawn).toBe(pictures)
      // Whole pictures: none exceeds its place, whatever its shape.
      const cropped = await tiles(visitor)
        .locator('img')
        .evaluateAll((images) => images.filter((one) => getComputedStyle(one).objectFit !== 'contain').length)
      expect(cropped).toBe(0)
      await accessible(visitor)
      await fits(visitor)

      const all = visitor.getByRole('button', { name: /^Download all, / })
      await expect(all).toBeVisible({ timeout: 60_000 })
      let fetched = visitor.waitForEvent('download')
      await all.click()
      expect((await fetched).suggestedFilename()).toBe('For Ann.zip')

      fetched = visitor.waitForEvent('download')
      await tiles(visitor).first().click()
      await visitor.getByRole('dialog').getByRole('button', { name: 'Download' }).click()
      const one = await fetched
      const source = shapes().find((path) => basename(path) === one.suggestedFilename())
      expect(readFileSync(await one.path())).toEqual(readFileSync(source!))
      await expect(visitor.getByRole('dialog')).toHaveCount(0)

      await visitor.keyboard.press('Control+a')
      const bar = visitor.getByRole('toolbar')
      await expect(bar.getByRole('button', { name: new RegExp(`^Download ${count} files, `) })).toBeVisible()
      await accessible(visitor)
      await fits(visitor)
      // Looking made no account, and requested only the share.
      expect(asked.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/shared/'))).toEqual([])

      expect(complaints).toEqual([])

      await page.getByRole('dialog').getByRole('button', { name: 'Revoke For Ann' }).click()
      await expect(page.getByRole('button', { name: 'Revoke For Ann' })).toHaveCount(0)
      await visitor.reload()
      await expect(visitor.getByRole('heading', { name: 'This share isn’t available' })).toBeVisible()
      await accessible(visitor)
      await visitor.context().close()
    })

    test('a password is asked for, in German too', async ({ page, browser, line }) => {
      await send(page, shapes().slice(0, 2))
      await completed(page)
      const address = await share(page, { 'Password (optional)': 'open sesame' })
      const visitor = await (
        await browser.newContext({ ...size.use, locale: 'de-DE', baseURL: line.address })
      ).newPage()
      await visitor.goto(address)
      await expect(visitor.getByRole('heading', { name: 'Diese Dateien haben ein Passwort' })).toBeVisible()
      await accessible(visitor)
      await fits(visitor)
      await visitor.getByLabel('Passwort').fill('wrong one')
      await visitor.getByRole('button', { name: 'Öffnen' }).click()
      await expect(visitor.getByRole('alert')).toContainText('Das Passwort ist falsch.')
      await visitor.getByLabel('Passwort').fill('open sesame')
      await visitor.getByRole('button', { name: 'Öffnen' }).click()
      await expect(visitor.getByRole('listbox', { name: '2 Dateien' })).toBeVisible()
      await expect(visitor.getByRole('button', { name: /^Alles herunterladen, / })).toBeVisible({
        timeout: 60_000,
      })
      await accessible(visitor)
      await visitor.context().close()
    })
  })

test('robots are told to stay away', async ({ request }) => {
  const answer = await request.get('/robots.txt')
  expect(await answer.text()).toContain('Disallow: /shared/')
})
