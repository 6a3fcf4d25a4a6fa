import { readFileSync } from 'node:fs'
import { pretend } from './pretended'
import { accessible, begin, cards, choose, completed, expect, family, fits, look, send, test } from './world'

const WIDTH = 960
const HEIGHT = 720
/** A card of 6 by 4 patches; the last one is left out, the one before it is above the threshold. */
const patches = Array.from({ length: 24 }, (_, index) => ({
  index,
  name: `patch ${index + 1}`,
  reference_lab: [30 + 2 * index, 40 - 3 * index, 3 * index - 30],
  before_lab: [26 + 2 * index, 44 - 3 * index, 3 * index - 22],
  after_lab: [30 + 2 * index, 41 - 3 * index, 3 * index - 30],
  delta_e_2000_before: 8 + (index % 5),
  delta_e_2000: index === 22 ? 4.2 : 0.6 + 0.05 * index,
  delta_e_94: 1,
  delta_e_76: 1,
  leave_one_out: index === 23 ? null : 1 + 0.05 * index,
  left_out: index === 23 ? 'clipped' : null,
}))
const report = {
  file: 'harbour.jpg',
  file_number: 1,
  role: null,
  operation: 'detect_and_correct',
  success: true,
  reason: null,
  picture: { width: WIDTH, height: HEIGHT, bits: 8 },
  cards: [{ card: 'mcc24', corners: [], used: true }],
  patch_places: patches.map(({ index }) => [240 + 80 * (index % 6), 200 + 80 * Math.floor(index / 6)]),
  fit: {
    card: 'mcc24',
    model: 'linear3x3',
    summary: {
      overall_delta_e: 1.21,
      max_delta_e: 4.2,
      median_delta_e: 1.1,
      threshold_delta_e: 3,
      patches_above_threshold: 1,
      patches_used: 23,
      delta_e_before: { mean: 9.87, max: 12 },
      leave_one_out_delta_e: 1.56,
      quality_rating: 'excellent',
      quality_score: 0.844,
      fadgi: { stars: 4, label: 'card only', guideline: 'FADGI 2016, general collections' },
    },
    patches,
  },
  target: 'srgb',
  warnings: [
    { code: 'outside_target', message: '1.2 % of the pixels lie outside sRGB and were clipped to its edge.' },
  ],
  files: [],
}

for (const [width, scheme] of [
  [390, 'dark'],
  [1440, 'light'],
] as const)
  test(`a picture with a card is shown before and after, with its patches and figures, at ${width} pixels`, async ({
    page,
    complaints,
  }) => {
    expect(complaints).toEqual([])
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: scheme })
    const photos = family().filter((path) => /harbour.jpg$|with a place/.test(path))
    await send(page, photos)
    await completed(page)
    const job = page.url().split('/').at(-1)!.split('?')[0]!
    const picture = readFileSync(photos[0]!)
    const image = (filename: string) => ({ filename, type: 'image/jpeg', body: picture })
    await pretend(page, job, {
      pipeline: 'colour',
      files: (_, n) => ({ verdict: n ? 'failed' : 'corrected' }),
      artifacts: {
        'report-1': {
          filename: 'harbour_report.json',
          type: 'application/json',
          body: JSON.stringify(report),
        },
        'report-2': {
          filename: 'place_report.json',
          type: 'application/json',
          body: JSON.stringify({
            ...report,
            file: 'place.jpg',
            success: false,
            reason: { code: 'too_blurred', message: 'No colour card was found in the picture.' },
            patch_places: null,
            fit: null,
            warnings: [],
          }),
        },
        'before-1': image('harbour_before.jpg'),
        'after-1': image('harbour_after.jpg'),
        'before-2': image('place_before.jpg'),
        'cube-1': { filename: 'harbour.cube', type: 'text/plain', body: 'LUT_3D_SIZE 2' },
        'report.html': { filename: 'report.html', type: 'text/html', body: '<p>' },
      },
    })
    await page.reload()
    await expect(page.getByRole('tab', { name: 'Colours' })).toBeVisible()
    await expect(page.getByText('9.87')).toBeVisible()
    await expect(page.getByText('excellent')).toBeVisible()
    await expect(page.getByText('1.2 % of the pixels')).toBeVisible()
    const marks = page.getByRole('img', { name: '24 patches of the card, 1 above the threshold' })
    await expect(marks.locator('circle')).toHaveCount(24)
    const before = page.getByRole('img', { name: 'harbour.jpg, before' })
    const clip = () => before.evaluate((image) => getComputedStyle(image).clipPath)
    await expect(before).toBeVisible()
    await page.getByLabel('Before and after').fill('25')
    expect(await clip()).toBe('inset(0px 75% 0px 0px)')
    await expect(page.getByRole('row', { name: /^patch 23/ })).toContainText('above 3')
    await expect(page.getByRole('row', { name: /^patch 24/ })).toContainText('over- or underexposed')
    await expect(page.getByRole('button', { name: 'Download harbour.cube' })).toBeVisible()
    await accessible(page)
    await fits(page)

    await page.getByRole('button', { name: 'Next file' }).click()
    await expect(page.getByRole('alert')).toContainText('No colour card was found')
    await expect(page.getByText('9.87')).toHaveCount(0)
  })

/** The corners of the card in both samples, in 600 by 450 pixels. */
const CORNERS = [
  [115, 60],
  [490, 45],
  [505, 310],
  [100, 320],
] as const

for (const [width, scheme] of [
  [390, 'dark'],
  [1024, 'light'],
  [1600, 'dark'],
] as const)
  test(`a card is found, and one that is not is corrected by its corners set by hand, at ${width} pixels`, async ({
    page,
    complaints,
  }) => {
    expect(complaints).toEqual([])
    await page.setViewportSize({ width, height: 900 })
    await page.emulateMedia({ colorScheme: scheme })
    await choose(page, cards())
    await page.getByRole('radio', { name: 'True colours' }).check({ force: true })
    await begin(page)
    await expect(page.getByRole('heading', { name: /arrived/ })).toBeVisible({ timeout: 60_000 })
    await page.getByRole('button', { name: 'Go to the job' }).click()
    await completed(page)
    const found = page.url()
    await expect(page.getByText('excellent')).toBeVisible()
    await expect(page.getByRole('img', { name: 'card 1 seen.jpg, after' })).toBeVisible()
    await accessible(page)
    await fits(page)
    await look(page)

    await page.getByRole('button', { name: 'Next file' }).click()
    await expect(page.getByRole('alert')).toContainText('No colour card')
    await expect(page.getByRole('heading', { name: 'Set the card’s corners by hand' })).toBeVisible()
    for (const [n, name] of ['First', 'Second', 'Third', 'Fourth'].entries()) {
      const handle = page.getByRole('button', { name: `${name} corner at` })
      // Into the middle: at the edges of a phone the page's own bars cover it.
      await handle.evaluate((element) => element.scrollIntoView({ block: 'center' }))
      const [box, stage] = [(await handle.boundingBox())!, (await handle.locator('..').boundingBox())!]
      const [x, y] = CORNERS[n]!
      await page.mouse.move(box.x + box.width / 2, box.y + box.height / 2)
      await page.mouse.down()
      await page.mouse.move(stage.x + (stage.width * x) / 600, stage.y + (stage.height * y) / 450, {
        steps: 4,
      })
      await page.mouse.up()
    }
    await expect(page.getByRole('button', { name: /^First corner at 11[456], (59|60|61)$/ })).toBeVisible()
    // One pixel by the keyboard, and back.
    await page.getByRole('button', { name: /^Third corner/ }).focus()
    await page.keyboard.press('Shift+ArrowDown')
    await page.keyboard.press('Shift+ArrowUp')
    await accessible(page)
    await fits(page)
    await look(page)
    await page.getByRole('button', { name: 'Correct with these corners' }).click()
    await expect(page).not.toHaveURL(found)
    await completed(page)
    await expect(page.getByText('excellent')).toBeVisible()
    await expect(page.getByRole('img', { name: 'card 2 taped.jpg, after' })).toBeVisible()
    await look(page)
  })
