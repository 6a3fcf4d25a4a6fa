// Pages of the installation: settings and audit for admins, guides and the API's description for everyone.
import { ask, signIn } from './people'
import { accessible, expect, fits, test } from './world'

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

    test('an admin changes a setting within its range, takes it back, and finds both in the audit', async ({
      page,
    }) => {
      await signIn(page, { admin: true })
      await page.getByRole('button', { name: 'More' }).click()
      await accessible(page)
      await page.getByRole('menuitem', { name: 'Settings' }).click()
      await expect(page.getByRole('heading', { name: 'Sessions' })).toBeVisible()
      const row = (name: string) =>
        page.getByRole('listitem').filter({ has: page.getByText(name, { exact: true }) })
      await expect(row('bucket')).toContainText('set by the deployment')
      await expect(row('bucket').getByRole('button')).toHaveCount(0)
      await expect(row('token_key')).toContainText('••••••••')
      await expect(row('limit_quiet_seconds')).toContainText('default')
      await accessible(page)
      await fits(page)

      await page.getByLabel('Find a setting').fill('drop folder quiet')
      await expect(page.getByRole('main').getByRole('listitem')).toHaveCount(1)
      await page.getByRole('button', { name: 'Change: Quiet drop folder' }).click()
      const field = page.getByRole('textbox', { name: 'Quiet drop folder' })
      await expect(field).toBeFocused()
      await expect(page.getByText('In seconds, 1 second to 1 day')).toBeVisible()
      await field.fill('0')
      await page.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByRole('alert')).toContainText('must be a whole number from 1 to 86,400')
      await expect(field).toHaveAttribute('aria-invalid', 'true')
      await accessible(page)
      await field.fill('90')
      await page.getByRole('button', { name: 'Save' }).click()
      await expect(row('limit_quiet_seconds')).toContainText('1 minute 30 seconds')
      await expect(row('limit_quiet_seconds')).toContainText('changed here')
      const stored = () => ask(page, 'GET', '/settings/limit_quiet_seconds')
      await expect.poll(async () => (await stored()).value).toBe(90)

      await page.getByRole('button', { name: 'Change: Quiet drop folder' }).click()
      await page.getByRole('button', { name: 'Reset to default' }).click()
      await expect(row('limit_quiet_seconds')).toContainText('default')
      await expect.poll(async () => (await stored()).source).toBe('default')

      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menuitem', { name: 'Audit' }).click()
      const entries = page.getByRole('main').getByRole('listitem')
      await expect(entries.first()).toContainText('Settings changed')
      await expect(entries.first()).toContainText('you')
      await expect(entries.first()).toContainText('1 minute 30 seconds')
      // An entry in between records that drop folders without a named owner belong to the first admin.
      await expect(entries.filter({ hasText: 'Role changed' }).first()).toContainText('the command line')
      await accessible(page)
      await fits(page)
    })

    test('guides are listed, and opened in a window of their own', async ({ page, complaints }) => {
      expect(complaints).toEqual([])
      await page.goto('/guides')
      const guide = page.getByRole('button', { name: /^First steps/ })
      await expect(guide).toBeVisible()
      await accessible(page)
      await fits(page)
      const [window] = await Promise.all([page.waitForEvent('popup'), guide.click()])
      await window.waitForURL(/first-steps\.html/)
      await expect(window.getByRole('heading', { level: 1 })).toBeVisible()
      expect(await window.evaluate(() => window.opener)).toBeNull()
    })
  })
}

test('admins see what lies wrong in the drop folder', async ({ page }) => {
  await signIn(page, { admin: true })
  await page.goto('/settings')
  await expect(page.getByText('limit_quiet_seconds')).toBeVisible()
  await expect(page.getByRole('heading', { name: 'Misplaced in the drop folder' })).toHaveCount(0)
  const items = [
    { path: 'drop/audio/', code: 'unknown_pipeline', message: 'There is no pipeline.' },
    { path: 'drop/x<b>.jpg', code: 'no_batch', message: 'It lies in no batch.' },
    { path: 'drop/media/@unknown/', code: 'unknown_user', message: 'No user.' },
  ]
  await page.route('**/api/drop-folder/slips', (route) => route.fulfill({ json: { items } }))
  await page.reload()
  const list = page.getByRole('region', { name: 'Misplaced in the drop folder' })
  for (const { path } of items) await expect(list.getByText(path, { exact: true })).toBeVisible()
  await expect(list.getByRole('listitem').first()).toContainText('No pipeline has this name.')
  await accessible(page)
  await fits(page)
})

test('the audit goes back page by page', async ({ page }) => {
  await signIn(page, { admin: true })
  for (let n = 0; n < 52; n++) await ask(page, 'PUT', '/settings', { limit_quiet_seconds: 61 + (n % 2) })
  await ask(page, 'PUT', '/settings', { limit_quiet_seconds: null })
  await page.goto('/audit')
  const entries = page.getByRole('main').getByRole('listitem')
  await expect(entries).toHaveCount(50)
  await page.getByRole('button', { name: 'Show more' }).click()
  await expect.poll(() => entries.count()).toBeGreaterThan(53)
})

test('who is no admin is offered no settings, and finds none at their address', async ({ page }) => {
  await page.goto('/settings')
  await expect(page.getByRole('heading', { name: 'For admins only' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Sign in' })).toBeVisible()
  await accessible(page)
  await signIn(page)
  await page.goto('/audit')
  await expect(page.getByRole('heading', { name: 'For admins only' })).toBeVisible()
  await expect(page.getByRole('link', { name: 'Sign in' })).toHaveCount(0)
  await page.getByRole('button', { name: 'More' }).click()
  await expect(page.getByRole('menuitem', { name: 'API docs' })).toHaveAttribute('href', '/api/docs')
  await expect(page.getByRole('menuitem', { name: 'Guides' })).toBeVisible()
  await expect(page.getByRole('menuitem', { name: 'Settings' })).toHaveCount(0)
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('menu')).toBeHidden()
  await expect(page.getByRole('button', { name: 'More' })).toBeFocused()
})

test('on a phone the menu has what there is no room for', async ({ page }) => {
  await page.setViewportSize({ width: 390, height: 844 })
  await page.goto('/')
  const ways = page.getByRole('navigation', { name: 'Pages' })
  await expect(ways.getByRole('link', { name: 'Library' })).toBeVisible()
  await expect(ways.getByRole('link', { name: 'Dashboard' })).toBeHidden()
  await ways.getByRole('button', { name: 'More' }).click()
  await accessible(page)
  await page.getByRole('menuitem', { name: 'Results' }).click()
  await expect(page.getByRole('heading', { name: 'Results', level: 1 })).toBeVisible()
  await fits(page)
})

for (const scheme of ['light', 'dark'] as const)
  test(`axe finds nothing on any of these pages, ${scheme}, in German`, async ({ page }) => {
    await page.emulateMedia({ colorScheme: scheme })
    await page.goto('/')
    await page.getByLabel('Language').selectOption('de')
    await signIn(page, { admin: true })
    for (const [path, title] of [
      ['/library', 'Bibliothek'],
      ['/results', 'Ergebnisse'],
      ['/guides', 'Anleitungen'],
      ['/settings', 'Einstellungen'],
      ['/audit', 'Protokoll'],
      ['/account', 'Angemeldet als'],
    ] as const) {
      await page.goto(path)
      await expect(page.getByRole('heading', { name: title, level: 1 })).toBeVisible()
      await page.waitForTimeout(500)
      await accessible(page)
      await fits(page)
    }
  })
