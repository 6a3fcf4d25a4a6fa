import { accessible, begin, choose, completed, expect, test, volume } from './world'

test('a volume is shown in slices with its labels, its measures and its surfaces', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  await choose(page, volume())
  await expect(page.getByRole('radio', { name: 'Volume segmentation' })).toBeChecked()
  await page.getByRole('combobox', { name: 'knee_labels.nii.gz' }).selectOption('labels')
  await page.getByLabel('Segmentation Model').fill('labels')
  await page.getByLabel('Region Names').fill('1 = femur\n2 = femoral cartilage')
  await accessible(page)
  await begin(page)
  await expect(page.getByRole('heading', { name: /have arrived/ })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)

  const axial = page.getByRole('img', { name: /^Axial plane, slice/ })
  await expect(axial).toHaveAccessibleName('Axial plane, slice 28 of 54')
  const colours = () =>
    axial.evaluate((canvas: HTMLCanvasElement) => {
      const { data } = canvas.getContext('2d')!.getImageData(0, 0, canvas.width, canvas.height)
      let coloured = 0
      for (let n = 0; n < data.length; n += 4) if (data[n] !== data[n + 2]) coloured++
      return coloured
    })
  // A disc of 22.5 mm radius, in pixels of 0.36 mm²: a label lies on each of them.
  const disc = (Math.PI * 22.5 ** 2) / 0.36
  expect(Math.abs((await colours()) / disc - 1)).toBeLessThan(0.03)
  await page.getByLabel('femoral cartilage').uncheck()
  expect(Math.abs((await colours()) / ((Math.PI * 20 ** 2) / 0.36) - 1)).toBeLessThan(0.03)
  await page.getByLabel('Slice of the Axial plane').fill('0')
  await expect(axial).toHaveAccessibleName('Axial plane, slice 1 of 54')
  // A wheel that clicks more often than the page is drawn: each click is a slice.
  await axial.evaluate((canvas) => {
    for (let n = 0; n < 5; n++)
      canvas.dispatchEvent(
        new WheelEvent('wheel', { deltaY: 100, ctrlKey: true, bubbles: true, cancelable: true }),
      )
  })
  await expect(axial).toHaveAccessibleName('Axial plane, slice 6 of 54')

  const femur = page.getByRole('row', { name: /^femur/ })
  // A ball of 20 mm radius.
  const told = Number((await femur.getByRole('cell').first().textContent())?.replaceAll(',', ''))
  expect(Math.abs(told / ((4 / 3) * Math.PI * 20 ** 3) - 1)).toBeLessThan(0.02)
  await expect(page.getByRole('img', { name: /^Volume: 2 bars. The longest is femur/ })).toBeVisible()
  await accessible(page)

  await page.getByRole('button', { name: 'Show surfaces in 3D' }).click()
  await expect(page.getByRole('img', { name: '2 surfaces in 3D' }).locator('canvas')).toBeVisible({
    timeout: 30_000,
  })
  await accessible(page)
})
