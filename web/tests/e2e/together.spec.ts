import { accessible, completed, expect, pairs, send, test } from './world'

test('a photo and its film are one tile, and what ends early says so', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  await send(page, pairs())
  await completed(page)
  await expect(page.getByText('1 photo could be read only in part')).toBeVisible()
  const tiles = page.getByRole('listbox', { name: /^Files/ }).getByRole('option')
  await expect(tiles).toHaveCount(2)
  await expect(tiles.filter({ hasText: 'IMG_0007.jpg' })).toContainText('LIVE')
  await expect(tiles.filter({ hasText: 'IMG_0008.jpg' })).toContainText('Only part of the file could be read')
  await accessible(page)

  await tiles.filter({ hasText: 'IMG_0007.jpg' }).click()
  const viewer = page.getByRole('dialog')
  await expect(viewer.getByText('1 of 2')).toBeVisible()
  const together = viewer.getByRole('listitem').filter({ hasText: 'Live Photo video' })
  await expect(together).toContainText('IMG_0007.mov')
  await expect(together.getByRole('button', { name: /IMG_0007\.mov/ })).toBeEnabled()
  await accessible(page)
  await page.keyboard.press('Escape')

  // A file without a tile of its own is still found by its name.
  await page.getByRole('searchbox').fill('.mov')
  await expect(tiles).toHaveCount(1)
})
