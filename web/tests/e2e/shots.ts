// `npm run shots`: takes the pictures under screenshots/ of the real page. Not a test: only the taking itself can fail.
import { join } from 'node:path'
import type { Page } from '@playwright/test'
import { ask, signIn } from './people'
import { KEY, stash } from './stash'
import { begin, choose, completed, expect, family, many, send, slow, test, tiles, volume } from './world'

const folder = new URL('../../screenshots', import.meta.url).pathname
const WIDTHS = {
  phone: { width: 390, height: 844 },
  tablet: { width: 1024, height: 768 },
  wide: { width: 1600, height: 1000 },
}
type Width = keyof typeof WIDTHS

async function shot(page: Page, name: string, width: Width, scheme: 'light' | 'dark'): Promise<void> {
  await page.setViewportSize(WIDTHS[width])
  await page.emulateMedia({ colorScheme: scheme, reducedMotion: 'reduce' })
  await page.waitForTimeout(700)
  await page.screenshot({ path: join(folder, `${name}-${width}-${scheme}.jpg`), type: 'jpeg', quality: 72 })
}

test('photos', async ({ page }) => {
  test.setTimeout(240_000)
  await page.goto('/')
  await expect(page.getByText('Volume segmentation')).toBeVisible()
  await shot(page, '1-drop', 'wide', 'light')
  await shot(page, '1-drop', 'phone', 'dark')
  await page.setViewportSize(WIDTHS.wide)

  await choose(page, [...family(), ...many()])
  await expect(tiles(page).first()).toBeVisible()
  await page.waitForTimeout(2500)
  await shot(page, '2-review', 'tablet', 'light')
  await shot(page, '2-review', 'phone', 'light')
  await page.setViewportSize(WIDTHS.wide)
  await slow(page, 400_000)
  await begin(page)
  await expect(page.getByRole('heading', { name: /^1\d of 53 files sent/ })).toBeVisible({ timeout: 60_000 })
  await shot(page, '3-sending', 'wide', 'dark')
  await shot(page, '3-sending', 'phone', 'light')
  await page.getByRole('link', { name: 'Go to the job' }).click()
  await expect(tiles(page).first()).toBeVisible()
  await page.waitForTimeout(1500)
  await shot(page, '4-job-running', 'tablet', 'dark')
  await slow(page, -1)
  await completed(page)
  await page.waitForTimeout(1500)
  await shot(page, '5-job', 'wide', 'light')
  await shot(page, '5-job', 'phone', 'dark')
  await page.setViewportSize(WIDTHS.tablet) // a phone has the filters behind a button
  await page.getByLabel('Group by').selectOption('confidence')
  await shot(page, '6-confidence', 'tablet', 'light')
  await page.setViewportSize(WIDTHS.wide)
  await page.getByRole('option', { name: 'IMG_20240210_174500.jpg' }).click()
  await expect(page.getByText('Sources of this time')).toBeVisible()
  await shot(page, '7-viewer', 'wide', 'light')
  await shot(page, '7-viewer', 'phone', 'light')
  await page.keyboard.press('Escape')
  await page.getByRole('tab', { name: /Duplicates/ }).click()
  await shot(page, '8-duplicates', 'wide', 'dark')
  await shot(page, '8-duplicates', 'phone', 'light')
  await page.getByRole('link', { name: 'Jobs' }).click()
  await shot(page, '10-jobs', 'tablet', 'dark')
  await page.getByRole('link', { name: 'Dashboard' }).click()
  await shot(page, '11-dashboard', 'tablet', 'light')
})

test('what came in and came out, over all jobs', async ({ page }) => {
  test.setTimeout(240_000)
  await signIn(page, { admin: true })
  for (const files of [family(), many().slice(0, 12)]) {
    await send(page, files)
    await completed(page)
  }
  const found = await ask(page, 'GET', '/files?search=harbour')
  await ask(page, 'PATCH', `/files/${found.items.at(-1).id}`, {
    title: 'The harbour, early',
    description: 'From the pier, before the first boats.',
    tags: ['sea', 'winter', 'album'],
  })
  await page.goto('/library')
  await expect(tiles(page).first()).toBeVisible()
  await shot(page, '12-library', 'wide', 'light')
  await shot(page, '12-library', 'phone', 'dark')
  await page.setViewportSize(WIDTHS.wide)
  await page.getByRole('searchbox').fill('early')
  await page.getByRole('option', { name: 'The harbour, early' }).click()
  await expect(page.getByText('image/jpeg')).toBeVisible()
  await shot(page, '13-library-file', 'tablet', 'dark')
  await page.goto('/results')
  await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(2)
  await shot(page, '14-results', 'tablet', 'light')
  await page.goto('/settings')
  await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible()
  await shot(page, '15-settings', 'tablet', 'dark')
})

test('a volume', async ({ page }) => {
  await choose(page, volume())
  await page.getByRole('combobox', { name: 'knee_labels.nii.gz' }).selectOption('labels')
  await page.getByLabel('Segmentation Model').fill('labels')
  await page.getByLabel('Region Names').fill('1 = femur\n2 = femoral cartilage')
  await page.getByLabel('Job name').fill('Knee, left')
  await begin(page)
  await expect(page.getByRole('heading', { name: /have arrived/ })).toBeVisible()
  await page.getByRole('button', { name: 'Go to the job' }).click()
  await completed(page)
  await expect(page.getByRole('img', { name: /^Axial/ })).toBeVisible()
  await shot(page, '9-volume', 'wide', 'dark')
  await shot(page, '9-volume', 'phone', 'light')
  await page.setViewportSize(WIDTHS.wide)
  await page.getByRole('button', { name: 'Show surfaces in 3D' }).click()
  const solid = page.getByRole('img', { name: '2 surfaces in 3D' })
  await expect(solid.locator('canvas')).toBeVisible()
  await solid.scrollIntoViewIfNeeded()
  await shot(page, '9-surfaces', 'wide', 'light')
})

test('scenes', async ({ page }) => {
  test.setTimeout(240_000)
  const server = await stash(60)
  try {
    await signIn(page)
    const ended = (job: string) =>
      expect
        .poll(async () => (await ask(page, 'GET', `/status/${job}`)).status, { timeout: 60_000 })
        .toBe('completed')
    const { id } = await ask(page, 'POST', '/connections', { name: 'Home', url: server.address, key: KEY })
    await ended((await ask(page, 'POST', '/scenes/sync', { connection_id: id })).job_id)
    const made = await ask(page, 'POST', '/analysis/generate', { filters: {}, plan_name: 'September' })
    await ended(made.job_id)
    await page.goto(`/scenes/plans/${made.plan_id}`)
    await expect(page.locator('[aria-current=true][role=group]')).toBeFocused()
    for (const key of 'aaxanaaaxa') await page.keyboard.press(key)
    await expect(page.getByText('Saved', { exact: true })).toBeVisible()
    await shot(page, '16-plan', 'phone', 'light')
    await shot(page, '16-plan', 'wide', 'dark')
    await page.keyboard.press('A')
    await page.keyboard.press('m')
    await page.keyboard.press('Enter')
    await expect(page.getByText('Saved', { exact: true })).toBeVisible()
    await ended(
      (await ask(page, 'POST', `/analysis/plans/${made.plan_id}/apply`, { connection_id: id })).job_id,
    )
    await page.goto('/scenes')
    await expect(page.getByRole('grid', { name: '60 scenes' })).toBeVisible()
    await shot(page, '17-scenes', 'wide', 'light')
  } finally {
    server.stop()
  }
})
