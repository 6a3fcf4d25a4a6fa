import { accessible, completed, expect, family, fits, send, shapes, test, tiles } from './world'

test('duplicates are decided and dates corrected, with a way back, and the zip follows', async ({
  page,
  complaints,
}) => {
  test.slow()
  expect(complaints).toEqual([])
  await send(page, [...family(), ...shapes()])
  await completed(page)

  await page.getByRole('tab', { name: /^Duplicates/ }).click()
  const exact = page.getByRole('article').first()
  await expect(exact.getByText('In the zip', { exact: true })).toHaveCount(1)
  await exact.getByRole('button', { name: 'Keep only this' }).first().click()
  const stale = page.getByRole('status').filter({ hasText: 'doesn’t include your latest changes' })
  await expect(stale).toBeVisible()
  await accessible(page)
  await stale.getByRole('button', { name: 'Undo the last change' }).click()
  await expect(stale.getByRole('button', { name: 'Undo the last change' })).toHaveCount(0)

  await page.getByRole('button', { name: 'Keep the best of each group' }).click()
  await expect(page.getByText('Left out', { exact: true }).nth(1)).toBeVisible()
  await stale.getByRole('button', { name: 'Rebuild the zip' }).click()
  await expect(stale).toHaveCount(0, { timeout: 60_000 })
  await completed(page)

  await page.getByRole('tab', { name: /^Files/ }).click()
  await tiles(page)
    .filter({ hasText: /^portrait 1/ })
    .click()
  const viewer = page.getByRole('dialog')
  await viewer.getByRole('button', { name: 'Correct the date' }).click()
  await viewer.getByRole('textbox', { name: 'Set date and time' }).fill('1987-06-05T04:03:02')
  await viewer.getByRole('button', { name: 'Correct 1 file' }).click()
  await expect(viewer.getByRole('heading', { name: /1987/ })).toBeVisible()
  await expect(viewer.getByText('your correction')).toBeVisible()
  await accessible(page)
  await page.keyboard.press('Escape')

  await page.getByRole('tab', { name: 'Map' }).click()
  await expect(
    page
      .getByRole('region', { name: /with a place/ })
      .locator('path')
      .first(),
  ).toBeVisible()
  await accessible(page)
  await fits(page)

  await page.getByRole('tab', { name: 'In the zip' }).click()
  await page.getByRole('button', { name: /^1987/ }).click()
  await expect(page.getByRole('button', { name: /^06/ })).toBeVisible()
  await page.getByLabel('Folders').selectOption('year')
  await page.getByRole('button', { name: /^1987/ }).click()
  await expect(page.getByRole('button', { name: /^19870605_040302\.jpg/ })).toBeVisible()
  const made = page.getByLabel('Priority')
  await expect(made.getByRole('option')).toHaveText([
    /^automatic: about .+\$/,
    /^speed: about .+\$/,
    /^cost: about .+\$/,
  ])
  await made.selectOption('fast')
  await accessible(page)
  await fits(page)
  await page.getByRole('button', { name: 'Rebuild with these choices' }).click()
  await expect(page.getByRole('button', { name: 'Rebuild with these choices' })).toHaveCount(0, {
    timeout: 60_000,
  })
  await completed(page)
  await expect(stale).toHaveCount(0)
})
