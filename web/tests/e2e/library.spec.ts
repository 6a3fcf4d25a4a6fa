import { accessibleFromTop as accessible } from './looking'
import { ask } from './people'
import { completed, expect, family, fits, send, test, tiles, unfold } from './world'

for (const size of [
  { name: 'on a desk, light', width: 1440, height: 900, scheme: 'light' },
  { name: 'on a phone of 390 pixels, dark', width: 390, height: 844, scheme: 'dark' },
] as const) {
  test.describe(size.name, () => {
    test.use({
      viewport: { width: size.width, height: size.height },
      hasTouch: size.width < 700,
      colorScheme: size.scheme,
    })

    test('files are found over all jobs, described, put into another job, and deleted', async ({
      page,
      complaints,
    }) => {
      expect(complaints).toEqual([])
      await page.goto('/library')
      await expect(page.getByRole('heading', { name: 'No files yet' })).toBeVisible()
      await accessible(page)
      await send(page, family())
      await completed(page)

      await page.getByRole('link', { name: 'Library' }).click()
      await expect(page.getByRole('listbox', { name: '12 files' })).toBeVisible()
      await expect(tiles(page).first().locator('img')).toHaveCount(1)
      await accessible(page)
      await fits(page)

      await unfold(page)
      const kinds = page.getByRole('radiogroup', { name: 'Type' })
      await kinds.getByText('Videos').click()
      await expect(tiles(page)).toHaveCount(2)
      await kinds.getByText('All').click()
      await page.getByRole('searchbox').fill('harbour')
      await expect(page.getByRole('listbox', { name: '2 files' })).toBeVisible()
      await page.getByLabel('Sort by').selectOption('name')
      await expect(tiles(page).first()).toHaveAccessibleName(/^Copy of harbour.jpg/)

      await page.getByRole('option', { name: /^Copy of harbour.jpg/ }).click()
      const sheet = page.getByRole('dialog')
      await expect(sheet.getByText('image/jpeg')).toBeVisible()
      await expect(sheet.getByRole('img', { name: 'Copy of harbour.jpg' })).toBeVisible()
      await sheet.getByLabel('Add a tag').fill('sea, #Dusk')
      await sheet.getByRole('button', { name: 'Add', exact: true }).click()
      await expect(sheet.getByRole('list', { name: 'Tags' }).getByRole('listitem')).toHaveText([
        '#sea',
        '#Dusk',
      ])
      await sheet.getByRole('button', { name: 'Remove sea' }).click()
      await expect(sheet.getByRole('list', { name: 'Tags' }).getByRole('listitem')).toHaveText(['#Dusk'])
      await sheet.getByLabel('Title').fill('The <b>harbour</b>')
      await sheet.getByLabel('Description').fill('From the pier.')
      await sheet.getByRole('button', { name: 'Save' }).click()
      await expect(sheet.getByText('Saved', { exact: true })).toBeVisible()
      await accessible(page)
      await sheet.getByRole('button', { name: '#Dusk' }).click()
      await expect(sheet).toBeHidden()
      await expect(page.getByRole('searchbox')).toHaveValue('Dusk')
      await expect(page.getByRole('listbox', { name: '1 file' })).toBeVisible()
      await expect(page.getByRole('option', { name: 'The <b>harbour</b>' })).toContainText('Dusk')
      const found = await ask(page, 'GET', '/files?search=dusk')
      expect(found.items[0]).toMatchObject({ tags: ['Dusk'], description: 'From the pier.' })

      await page.getByRole('searchbox').fill('')
      await expect(page.getByRole('listbox', { name: '12 files' })).toBeVisible()
      const chosen = ['found in a drawer.jpg', 'with a place.jpg']
      for (const name of chosen)
        await page.getByRole('option', { name }).locator('[data-select]').click({ force: true })
      await expect(page.getByRole('toolbar')).toContainText('2 selected')
      await fits(page)
      await page.getByRole('button', { name: 'Add tags' }).click()
      await page.getByRole('dialog').getByLabel('Tags, separated by commas').fill('summer')
      await accessible(page)
      await page.getByRole('dialog').getByRole('button', { name: 'Add', exact: true }).click()
      await expect(page.getByRole('dialog')).toBeHidden()
      await expect(page.getByRole('option', { name: chosen[0]! })).toContainText('summer')

      await page.getByRole('button', { name: 'New job' }).click()
      await expect(page.getByRole('radio', { name: 'Photos and videos' })).toBeChecked()
      await page.getByLabel('Job name').fill('Two of them')
      await accessible(page)
      await page.getByRole('button', { name: 'Start with 2 files' }).click()
      await expect(page.getByRole('heading', { name: 'Two of them' })).toBeVisible()
      await completed(page)
      await expect(tiles(page)).toHaveCount(2)

      await page.getByRole('link', { name: 'Library' }).click()
      for (const name of ['holiday.mov', 'damaged.jpg'])
        await page.getByRole('option', { name }).locator('[data-select]').click({ force: true })
      const bin = page.getByRole('button', { name: 'Move 2 files to the bin' })
      await bin.click()
      const told = page.getByRole('status').filter({ hasText: '2 files are in the bin' })
      await expect(page.getByRole('listbox', { name: '10 files' })).toBeVisible()
      await accessible(page)
      await told.getByRole('button', { name: 'Restore' }).click()
      await expect(page.getByRole('listbox', { name: '12 files' })).toBeVisible()
      await expect(told).toBeHidden()
      for (const name of ['holiday.mov', 'damaged.jpg'])
        await page.getByRole('option', { name }).locator('[data-select]').click({ force: true })
      await bin.click()
      await expect(page.getByRole('listbox', { name: '10 files' })).toBeVisible()
      await expect(page.getByRole('option', { name: 'holiday.mov' })).toHaveCount(0)
      await expect(page.getByRole('toolbar')).toBeHidden()
      await page.goto('/bin')
      const row = (name: string) => page.getByRole('listitem').filter({ hasText: name })
      await expect(row('damaged.jpg')).toContainText('until')
      await accessible(page)
      await fits(page)
      await row('damaged.jpg').getByRole('button', { name: 'Restore' }).click()
      await expect(row('damaged.jpg')).toBeHidden()
      await page.getByRole('button', { name: 'Delete holiday.mov permanently' }).click()
      await expect(page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible()
      await page.goto('/library')
      await expect(page.getByRole('listbox', { name: '11 files' })).toBeVisible()
    })
  })
}

test('everything in the library is reached from the keyboard', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.goto('/library?sort=name')
  const grid = page.getByRole('listbox')
  await grid.focus()
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowRight')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.locator('[role=option][aria-selected=true]')).toHaveCount(3)
  await page.keyboard.press('Delete')
  await expect(page.getByRole('listbox', { name: '10 files' })).toBeVisible()
  await expect(page.locator('[role=option][aria-selected=true]')).toHaveCount(0)
  await page.getByRole('button', { name: 'Restore' }).press('Enter')
  await expect(page.getByRole('listbox', { name: '12 files' })).toBeVisible()
  await grid.focus()
  await page.keyboard.press('Home')
  await page.keyboard.press('Enter')
  const sheet = page.getByRole('dialog')
  await expect(sheet).toContainText('1 of 12')
  await page.keyboard.press('ArrowRight')
  await expect(sheet).toContainText('2 of 12')
  await sheet.getByLabel('Title').fill('Not saved yet')
  await page.keyboard.press('ArrowRight')
  await expect(sheet).toContainText('2 of 12')
  await sheet.getByRole('button', { name: 'Next file' }).click()
  await expect(sheet).toContainText('3 of 12')
  await sheet.getByRole('button', { name: 'Previous file' }).click()
  await expect(sheet.getByLabel('Title')).toHaveValue('Not saved yet')
  await page.keyboard.press('Escape')
  await expect(sheet).toBeHidden()
  await page.keyboard.press('g')
  await page.keyboard.press('r')
  await expect(page.getByRole('heading', { name: 'Results', level: 1 })).toBeVisible()
})

test('a title that somebody else has changed meanwhile is not written over unseen', async ({ page }) => {
  await send(page, family().slice(0, 2))
  await completed(page)
  await page.goto('/library')
  await tiles(page).first().click()
  const sheet = page.getByRole('dialog')
  await sheet.getByLabel('Title').fill('Mine')
  const id = new URL(page.url()).searchParams.get('file')
  await ask(page, 'PATCH', `/files/${id}`, { title: 'Theirs', tags: ['theirs'] })
  await sheet.getByRole('button', { name: 'Save' }).click()
  await expect(sheet.getByText('It was changed elsewhere')).toBeVisible()
  await expect(sheet.getByText('Theirs', { exact: true })).toBeVisible()
  await accessible(page)
  expect((await ask(page, 'GET', `/files/${id}`)).title).toBe('Theirs')
  await sheet.getByRole('button', { name: 'Save mine' }).click()
  await expect(sheet.getByText('Saved', { exact: true })).toBeVisible()
  expect(await ask(page, 'GET', `/files/${id}`)).toMatchObject({ title: 'Mine', tags: ['theirs'] })
})

test('a file that a job still needs stays, and the page says why', async ({ page }) => {
  await page.goto('/library')
  await expect(page.getByRole('heading', { name: 'No files yet' })).toBeVisible()
  const bytes = Buffer.from('no photo at all')
  const opened = await ask(page, 'POST', '/upload', {
    pipeline: 'media',
    name: 'Still arriving',
    files: [{ filename: 'needed.jpg', size: bytes.length }],
    more: true,
  })
  const [upload] = opened.uploads
  await page.request.fetch(upload.url, { method: upload.method, headers: upload.headers, data: bytes })
  await expect.poll(async () => (await ask(page, 'GET', '/files')).total, { timeout: 30_000 }).toBe(1)
  await page.reload()
  await page.getByRole('option', { name: 'needed.jpg' }).click()
  await page.getByRole('dialog').getByRole('button', { name: 'Move 1 file to the bin' }).click()
  await expect(
    page.getByRole('status').filter({ hasText: '1 file stays: its job hasn’t finished.' }),
  ).toBeVisible()
  await accessible(page)
  expect((await ask(page, 'GET', '/files')).total).toBe(1)
})

test('without a connection the library says so, and comes back by itself', async ({ page, line }) => {
  await send(page, family().slice(0, 2))
  await completed(page)
  await page.goto('/jobs')
  await expect(page.getByRole('listitem')).toHaveCount(1)
  await page.waitForTimeout(1000)
  await line.cut()
  await page.getByRole('link', { name: 'Library' }).click()
  await expect(page.getByText('Your files can’t be loaded.')).toBeVisible()
  await expect(page.getByText('Millrace can’t be reached.')).toBeVisible()
  await accessible(page)
  await line.mend()
  await expect(tiles(page)).toHaveCount(2, { timeout: 30_000 })
  await expect(page.getByText('Millrace can’t be reached.')).toBeHidden()
})
