import type { Locator, Page, Request } from '@playwright/test'
import { accessible, completed, expect, family, films, send, test } from './world'

const PIXELS = { width: 960, height: 720 }

/** The originals that the browser has fetched from the store, by the number of their file. */
function watchOriginals(page: Page): Set<number> {
  const seen = new Set<number>()
  page.on('request', (request: Request) => {
    const file = /\/uploads\/media\/[^/]+\/(\d{8})/.exec(request.url())
    if (file && request.method() === 'GET') seen.add(Number(file[1]))
  })
  return seen
}

async function open(page: Page, name: string): Promise<Locator> {
  await page.getByRole('option', { name: new RegExp(`(^|:\\d\\d ?)${name}`) }).click()
  const viewer = page.getByRole('dialog')
  // Until it has the focus, keys belong to the grid behind it.
  await expect(viewer.locator(':focus')).toBeVisible()
  return viewer
}

/** The drawn size of the picture, in pixels of the screen. */
const drawn = (viewer: Locator, name: string) =>
  viewer.getByRole('img', { name }).evaluate((image) => Math.round(image.getBoundingClientRect().width))

test.beforeEach(async ({ page }) => {
  await send(page, [...family(), ...films()])
  await completed(page)
})

test('the viewer shows the picture itself, as near as one likes, and moves it about', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  await page.setViewportSize({ width: 1000, height: 560 })
  const viewer = await open(page, 'IMG_20240210_174500.jpg')
  const name = 'IMG_20240210_174500.jpg'
  const picture = viewer.getByRole('img', { name })
  await expect(picture).toHaveJSProperty('naturalWidth', PIXELS.width)
  await expect(picture).toHaveAttribute('src', /\/uploads\/.*X-Amz-Signature/)
  await accessible(page)

  // The whole picture is in sight at first.
  const fitted = await drawn(viewer, name)
  expect(fitted).toBeLessThan(PIXELS.width)
  await expect(viewer.getByText(`${Math.round((100 * fitted) / PIXELS.width)}%`)).toBeVisible()
  await page.keyboard.press('1')
  expect(await drawn(viewer, name)).toBe(PIXELS.width)
  await expect(viewer.getByText('100%')).toBeVisible()
  await viewer.getByRole('button', { name: 'Zoom in' }).click()
  expect(await drawn(viewer, name)).toBe(1.5 * PIXELS.width)

  const place = () => picture.evaluate((image) => Math.round(image.getBoundingClientRect().left))
  const before = await place()
  await page.mouse.move(300, 300)
  await page.mouse.down()
  await page.mouse.move(260, 280, { steps: 4 })
  await page.mouse.up()
  expect(await place()).toBe(before - 40)
  await page.keyboard.press('Shift+ArrowLeft')
  expect(await place()).toBe(before + 40)
  for (let n = 0; n < 40; n++) await page.keyboard.press('Shift+ArrowLeft')
  expect(await place(), 'it can’t be moved out of sight').toBe(0)

  await page.mouse.wheel(0, 2000)
  await expect.poll(() => drawn(viewer, name)).toBe(fitted)
  await page.mouse.dblclick(300, 300)
  expect(await drawn(viewer, name)).toBe(PIXELS.width)
  await page.keyboard.press('0')
  expect(await drawn(viewer, name)).toBe(fitted)
})

test('the neighbours are fetched before they are looked at, and nothing that is further away', async ({
  page,
}) => {
  const fetched = watchOriginals(page)
  const numbers = () => [...fetched].sort((a, b) => a - b)
  const viewer = await open(page, 'IMG_20240210_174500.jpg')
  await expect(viewer.getByText('3 of 14')).toBeVisible()
  await expect.poll(numbers).toEqual([2, 3, 4])
  // The next but one is a film: films are fetched when they are shown.
  await page.keyboard.press('ArrowRight')
  await expect(viewer.getByRole('img', { name: /^Screenshot/ })).toHaveJSProperty(
    'naturalWidth',
    PIXELS.width,
  )
  await page.waitForTimeout(1000)
  expect(numbers()).toEqual([2, 3, 4])

  // Leafing fetches nothing on the way: the film and an unreadable file come there.
  for (let n = 0; n < 4; n++) await page.keyboard.press('ArrowRight')
  await expect(viewer.getByText('8 of 14')).toBeVisible()
  // The one after it is a film.
  await expect.poll(numbers).toEqual([2, 3, 4, 7, 8])
})

test('the keys go on working where the button that was pressed is gone', async ({ page }) => {
  const viewer = await open(page, 'with a place.jpg')
  await page.keyboard.press('End')
  await page.keyboard.press('ArrowLeft')
  await viewer.getByRole('button', { name: 'Next file' }).click()
  await expect(viewer.getByText('14 of 14')).toBeVisible()
  await page.keyboard.press('ArrowLeft')
  await expect(viewer.getByText('13 of 14')).toBeVisible()
})

test('a film is played, and keeps its own keys', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  const viewer = await open(page, 'brook.mp4')
  const film = viewer.locator('video')
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.readyState)).toBeGreaterThan(0)
  await accessible(page)
  await film.evaluate((video: HTMLVideoElement) => {
    video.muted = true
    return video.play()
  })
  await expect.poll(() => film.evaluate((video: HTMLVideoElement) => video.currentTime)).toBeGreaterThan(0.2)
  await film.focus()
  const place = await viewer.getByText(/^\d+ of 14$/).textContent()
  await page.keyboard.press('ArrowRight')
  await expect(viewer.getByText(place!)).toBeVisible()
})

test('a film that the browser has no codec for shows its picture and says so', async ({ page }) => {
  const viewer = await open(page, 'VID_20240601_100000.mp4')
  await expect(viewer.getByText('This browser can’t play this MP4.')).toBeVisible()
  await expect(viewer.getByRole('img', { name: 'VID_20240601_100000.mp4' })).toBeVisible()
  await accessible(page)
})

test('of a kind that browsers don’t show, the small picture stays, with a sentence and the original to save', async ({
  page,
}) => {
  await page.route('**/api/jobs/*/files?*', async (route) => {
    const answer = await route.fetch()
    const page = await answer.json()
    for (const file of page.items)
      if (file.original_filename === 'harbour.jpg') file.content_type = 'image/heic'
    await route.fulfill({ json: page })
  })
  await page.reload()
  const viewer = await open(page, 'harbour.jpg')
  await expect(viewer.getByText('This browser can’t show HEIC')).toBeVisible()
  await expect(viewer.getByRole('img', { name: 'harbour.jpg' })).toHaveAttribute('src', /^blob:/)
  await accessible(page)
  const [download] = await Promise.all([
    page.waitForEvent('download'),
    viewer.getByRole('button', { name: 'Download the original' }).click(),
  ])
  expect(download.suggestedFilename()).toBe('harbour.jpg')
})

test('an original that can’t be fetched is told, and asked for again', async ({ page }) => {
  let broken = true
  await page.route(/\/uploads\/media\//, (route) => (broken ? route.abort() : route.continue()))
  const viewer = await open(page, 'found in a drawer.jpg')
  await expect(viewer.getByText('The original can’t be loaded.')).toBeVisible()
  broken = false
  await viewer.getByRole('button', { name: 'Try again' }).click()
  await expect(viewer.getByRole('img', { name: 'found in a drawer.jpg' })).toHaveJSProperty(
    'naturalWidth',
    PIXELS.width,
  )
  await expect(viewer.getByText('The original can’t be loaded.')).toBeHidden()
})
