import {
  accessible,
  apart,
  completed,
  expect,
  family,
  fits,
  look,
  send,
  shapes,
  test,
  tiles,
  unfold,
} from './world'

test('at 320 pixels nothing sticks out, on any page', async ({ page }) => {
  await page.setViewportSize({ width: 320, height: 640 })
  await send(page, family())
  await completed(page)
  const job = page.url().split('?')[0]!
  for (const address of [job, `${job}?tab=duplicates`, `${job}?tab=downloads`, '/', '/jobs', '/library'])
    await test.step(address, async () => {
      await page.goto(address)
      await page.waitForTimeout(600)
      await fits(page)
    })
  for (const address of ['/results', '/dashboard', '/account', '/guides'])
    await test.step(address, async () => {
      await page.goto(address)
      await page.waitForTimeout(400)
      await fits(page)
    })
})

test('the first words stand in the reader’s language before the page’s own script is there', async ({
  browser,
  baseURL,
}) => {
  const context = await browser.newContext({ locale: 'de-DE', ...(baseURL ? { baseURL } : {}) })
  const page = await context.newPage()
  await page.route('**/assets/index-*.js', (route) => route.abort())
  await page.goto('/')
  await expect(page.locator('.first-title')).toHaveText('Dateien hinein, geordnet heraus.')
  await page.goto('/library')
  await expect(page.locator('.first-title')).toBeHidden()
  await context.close()
})

test('in forced colours the selected tab is told apart', async ({ page }) => {
  await page.emulateMedia({ forcedColors: 'active' })
  await send(page, family())
  await completed(page)
  const line = (name: RegExp) =>
    page
      .getByRole('tab', { name })
      .evaluate(
        (tab) => `${getComputedStyle(tab).borderBottomWidth} ${getComputedStyle(tab).borderBottomColor}`,
      )
  expect(await line(/^Files/)).not.toBe(await line(/^Downloads/))
})

test('Ctrl+A selects files and not text, and Escape from the viewer is at the file shown last', async ({
  page,
}) => {
  await send(page, family())
  await completed(page)
  await expect(tiles(page).first()).toBeVisible()
  await page.keyboard.press('Control+a')
  await expect(page.getByRole('toolbar')).toContainText('13 selected')
  expect(await page.evaluate(() => getSelection()?.toString())).toBe('')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('toolbar')).toBeHidden()

  const active = () =>
    page.evaluate(() => {
      const list = document.activeElement
      return document.getElementById(list?.getAttribute('aria-activedescendant') ?? '')?.textContent
    })
  await tiles(page).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
  const shown = page.getByRole('dialog').getByText(/ of 13$/)
  await expect(shown).toHaveText('1 of 13')
  for (let n = 2; n < 6; n++) {
    await page.keyboard.press('ArrowRight')
    await expect(shown).toHaveText(`${n} of 13`)
  }
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  const fifth = await tiles(page).nth(4).textContent()
  await expect.poll(active).toBe(fifth)
})

test('a job is given another name, thrown into the bin, brought back and deleted for good', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  await send(page, family().slice(0, 3))
  await completed(page)
  await page.getByRole('button', { name: 'Rename the job' }).click()
  await page.getByLabel('Job name').fill('Winter by the sea')
  await accessible(page)
  await page.keyboard.press('Enter')
  await expect(page.getByRole('heading', { name: 'Winter by the sea' })).toBeVisible()
  await page.getByRole('button', { name: 'Move the job to the bin' }).click()
  await expect(page.getByRole('heading', { name: 'No jobs yet' })).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(page.getByRole('heading', { name: 'Winter by the sea' })).toBeVisible()
  await page.getByRole('button', { name: 'Move the job to the bin' }).click()
  await page.getByRole('link', { name: 'Bin' }).click()
  await expect(page.getByRole('listitem').filter({ hasText: 'Winter by the sea' })).toContainText('3 files')
  await accessible(page)
  await fits(page)
  await page.getByRole('button', { name: 'Delete Winter by the sea permanently' }).click()
  await expect(page.getByRole('heading', { name: 'The bin is empty' })).toBeVisible()
})

test('single files of a job go into the bin and come back, and the zip is rebuilt without them', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  await send(page, family())
  await completed(page)
  await expect(tiles(page)).toHaveCount(13)
  for (const n of [0, 1]) await tiles(page).nth(n).locator('[data-select]').click({ force: true })
  await page.getByRole('button', { name: 'Move 2 files to the bin' }).click()
  await expect(tiles(page)).toHaveCount(11)
  await expect(page.getByRole('tab', { name: 'Files (11)' })).toBeVisible()
  await accessible(page)
  await page.getByRole('button', { name: 'Restore' }).click()
  await expect(tiles(page)).toHaveCount(13)
  await tiles(page).nth(0).locator('[data-select]').click({ force: true })
  await page.keyboard.press('Delete')
  await expect(tiles(page)).toHaveCount(12)
  await page.getByRole('button', { name: 'Rebuild the zip' }).click()
  await completed(page)
  await expect(tiles(page)).toHaveCount(12)
})

test('while duplicates are not known, the page doesn’t say that there are none', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.route('**/api/jobs/*/duplicates?*', (route) =>
    route.fulfill({ status: 502, contentType: 'text/plain', body: 'Bad gateway' }),
  )
  await page.goto(`${page.url().split('?')[0]}?tab=duplicates`)
  await expect(page.getByRole('tab', { name: 'Duplicates', exact: true })).toBeVisible()
  await expect(page.getByRole('tabpanel').getByText('No duplicates')).toHaveCount(0)
  await expect(page.getByRole('alert').first()).toContainText('The duplicates can’t be loaded', {
    timeout: 30_000,
  })
  await page.unroute('**/api/jobs/*/duplicates?*')
  // One button for each of the two lists; the first may restore both.
  const again = page.getByRole('tabpanel').getByRole('button', { name: 'Try again' })
  await again.first().click()
  await expect(page.getByRole('heading', { name: /Identical files|Similar files/ }).first()).toBeVisible()
})

test('a band drawn with the mouse selects what it touches, and adds with Shift', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await expect(tiles(page).nth(3)).toBeVisible()
  const middle = async (n: number) => {
    const box = (await tiles(page).nth(n).boundingBox())!
    return [box.x + box.width / 2, box.y + box.height / 2] as const
  }
  const draw = async (from: number, to: number) => {
    await page.mouse.move(...(await middle(from)))
    await page.mouse.down()
    await page.mouse.move(...(await middle(to)), { steps: 6 })
    await page.mouse.up()
  }
  const selected = page.locator('[role=option][aria-selected=true]')
  await draw(0, 2)
  await expect(selected).toHaveCount(3)
  await expect(page.getByRole('dialog')).toHaveCount(0)
  await draw(1, 2)
  await expect(selected).toHaveCount(2)
  await page.keyboard.down('Shift')
  await draw(3, 4)
  await page.keyboard.up('Shift')
  await expect(selected).toHaveCount(4)
  // A press without a movement still opens.
  await tiles(page).first().click()
  await expect(page.getByRole('dialog')).toBeVisible()
})

for (const width of [390, 1440])
  test(`photos stand by month, and a slider leads to any, at ${width} pixels`, async ({
    page,
    complaints,
  }) => {
    expect(complaints).toEqual([])
    await page.setViewportSize({ width, height: 600 })
    await send(page, shapes())
    await completed(page)
    await unfold(page)
    await page.getByLabel('Group by').selectOption('month')
    const grid = page.getByRole('listbox')
    await expect(grid.getByText('March 2024')).toBeVisible()
    await expect(grid.getByText('6 files').first()).toBeVisible()
    const slider = page.getByRole('slider', { name: 'Jump to a month' })
    await expect(slider).toHaveAttribute('aria-valuetext', 'March 2024')
    await accessible(page)
    await page.getByLabel('Go to a date').fill('2024-06-04')
    await expect(grid.getByText('June 2024')).toBeInViewport()
    const active = await grid.getAttribute('aria-activedescendant')
    await expect(page.locator(`[id="${active}"]`)).toBeInViewport()
    await slider.fill('0')
    await expect(grid.getByText('March 2024')).toBeInViewport()
    await slider.fill('3')
    await expect(grid.getByText('June 2024')).toBeInViewport()
    await expect(tiles(page).filter({ hasText: 'portrait 4.jpg' })).toBeInViewport()
    await apart(page)
    await fits(page)
    await look(page)
  })
