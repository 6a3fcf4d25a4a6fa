import { accessible, begin, choose, expect, family, films, fits, test, tiles, unshown } from './world'

test('what a browser can’t draw by itself has a picture before it is sent', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  await choose(page, [...unshown(), ...films()])
  const colour = (name: string) =>
    tiles(page)
      .filter({ hasText: name })
      .locator('canvas')
      .evaluate((canvas: HTMLCanvasElement) => {
        const { width, height } = canvas
        const [r, g, b] = canvas.getContext('2d')!.getImageData(width / 2, height * 0.75, 1, 1).data
        return getComputedStyle(canvas).visibility === 'visible' ? [r, g, b].join(' ') : ''
      })
  await expect.poll(() => colour('lzw.tif')).toBe('200 30 30')
  await expect.poll(() => colour('differences.tif')).toBe('200 30 30')
  await expect.poll(() => colour('deep.tif')).toBe('156 156 156')
  await expect.poll(() => colour('bits.tif')).toBe('200 200 200')
  for (const film of films())
    await expect.poll(() => colour(film.split('/').at(-1)!), { timeout: 20_000 }).not.toBe('')
  // Damaged: its sign stays, and the pipeline must judge it.
  expect(await colour('short.tif')).toBe('')
  await accessible(page)
})

for (const width of [390, 1440])
  test(`files are left out before they are sent, and come back, at ${width} pixels`, async ({ page }) => {
    await page.setViewportSize({ width, height: 800 })
    await choose(page, family())
    await expect(page.getByRole('heading', { name: '13 files to send' })).toBeVisible()
    if (width === 390) {
      // The files stand above the options, in a few rows, and the next button is in sight.
      const grid = (await page.getByRole('listbox').first().boundingBox())!
      const options = (await page.getByRole('radiogroup', { name: 'Pipeline' }).boundingBox())!
      expect(grid.y + grid.height).toBeLessThanOrEqual(options.y)
      await expect(tiles(page)).toHaveCount(9)
      await expect(page.getByRole('button', { name: 'Start with 13 files' })).toBeInViewport()
      await page.getByRole('button', { name: 'Show all 13 files' }).click()
      await expect(tiles(page)).toHaveCount(13)
    }
    await tiles(page).nth(0).click()
    await tiles(page).nth(1).click()
    await accessible(page)
    await fits(page)
    await page.getByRole('button', { name: 'Leave out' }).click()
    await expect(page.getByText('2 files are left out')).toBeVisible()
    await expect(page.getByRole('button', { name: 'Start with 11 files' })).toBeVisible()
    await page.getByRole('button', { name: 'Include them again' }).click()
    await expect(page.getByRole('button', { name: 'Start with 13 files' })).toBeVisible()
    await tiles(page).nth(0).click()
    await page.keyboard.press('Delete')
    await begin(page)
    await expect(page.getByRole('heading', { name: 'All 12 files have arrived' })).toBeVisible({
      timeout: 60_000,
    })
  })

test('on a phone the head goes with what is read, and filters stand behind one button', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 700 })
  await page.goto('/library')
  await expect(page.getByRole('radiogroup', { name: 'Type' })).toBeHidden()
  await page.getByRole('button', { name: 'Filters' }).click()
  await page.getByText('Videos').click()
  await expect(page.getByRole('button', { name: 'Filters, 1 set' })).toBeVisible()
  await accessible(page)
  await page.goto('/')
  const title = (await page.getByRole('heading', { level: 1 }).boundingBox())!
  expect(title.x + title.width, 'the first words are whole').toBeLessThanOrEqual(390)
  await page.mouse.wheel(0, 600)
  await expect(page.getByRole('banner')).not.toBeInViewport()
  await expect(page.getByRole('navigation', { name: 'Pages' })).toBeInViewport()
})
