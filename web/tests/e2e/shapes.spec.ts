import { apart, begin, choose, completed, expect, fits, shapes, slow, test, tiles, unfold } from './world'

for (const width of [390, 1024, 1600])
  test(`pictures of every shape lie side by side at ${width} pixels, wherever they are listed`, async ({
    page,
    complaints,
  }) => {
    expect(complaints).toEqual([])
    await page.setViewportSize({ width, height: 900 })
    const check = async () => {
      await expect(tiles(page).first()).toBeVisible()
      await apart(page)
      await fits(page)
    }
    await choose(page, shapes())
    await expect(tiles(page).locator('canvas').first()).toBeVisible()
    await check()
    await slow(page, 300_000)
    await begin(page)
    await expect(page.getByRole('heading', { name: /of 24 files sent/ })).toBeVisible()
    await check()
    await slow(page, -1)
    await page.getByRole('button', { name: 'Go to the job' }).click()
    await completed(page)
    await expect(
      tiles(page)
        .filter({ hasText: /^portrait 1/ })
        .locator('img'),
    ).toBeVisible()
    await check()
    await unfold(page)
    await page.getByLabel('Group by').selectOption('confidence')
    await check()
    await page.goto('/library')
    await expect(tiles(page).locator('img').first()).toBeVisible()
    await check()
  })
