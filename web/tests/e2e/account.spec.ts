import { accessible, completed, expect, family, SIZES, send, test } from './world'

const PASSWORD = 'a mill race runs downhill'

for (const size of SIZES) {
  test.describe(size.name, () => {
    test.use(size.use)

    test('a guest makes an account, finds the jobs again elsewhere, and signs out', async ({
      page,
      browser,
      line,
    }) => {
      const email = `anna.${Date.now()}@example.org`
      await send(page, family().slice(0, 4))
      await completed(page)
      const name = await page.getByRole('heading', { level: 1 }).textContent()

      await page.getByRole('link', { name: 'Account' }).click()
      await expect(page.getByRole('heading', { name: 'Keep your files' })).toBeVisible()
      await accessible(page)
      await page.getByLabel('Email').fill(email)
      await page.getByLabel('Name').fill(`Anna ${Date.now()}`)
      await page.getByLabel('Password').fill(PASSWORD)
      await page.getByRole('button', { name: 'Create an account' }).click()
      // Back to the data to keep.
      await expect(page.getByRole('heading', { level: 1 })).toHaveText(name!)
      await completed(page)
      await page.getByRole('link', { name: 'Jobs' }).click()
      await expect(page.getByRole('listitem')).toContainText(name!)

      const elsewhere = await (await browser.newContext({ baseURL: line.address, ...size.use })).newPage()
      await elsewhere.goto('/account')
      await elsewhere.getByRole('tab', { name: 'Sign in' }).click()
      await elsewhere.getByLabel('Email').fill(email)
      await elsewhere.getByLabel('Password').fill('not this one')
      await elsewhere.getByRole('button', { name: 'Sign in' }).click()
      await expect(elsewhere.getByRole('alert')).toBeVisible()
      await accessible(elsewhere)
      await elsewhere.getByLabel('Password').fill(PASSWORD)
      await elsewhere.getByRole('button', { name: 'Sign in' }).click()
      await expect(elsewhere.getByRole('heading', { name: /^Signed in as Anna/ })).toBeVisible()

      await elsewhere.getByLabel('Purpose').fill('Backup')
      await elsewhere.getByRole('button', { name: 'Create a key' }).click()
      await expect(elsewhere.getByText('Copy this key now')).toBeVisible()
      await expect(elsewhere.getByRole('listitem')).toContainText('Backup')
      await accessible(elsewhere)
      await elsewhere.getByRole('button', { name: 'Revoke Backup' }).click()
      await elsewhere.getByRole('button', { name: 'Revoke', exact: true }).click()
      await expect(elsewhere.getByRole('listitem')).toHaveCount(0)

      await elsewhere.getByRole('link', { name: 'Jobs' }).click()
      await expect(elsewhere.getByRole('listitem')).toContainText(name!)
      await elsewhere.getByRole('link', { name: 'Account' }).click()
      await elsewhere.getByRole('button', { name: 'Sign out' }).click()
      await expect(elsewhere.getByRole('heading', { name: 'Keep your files' })).toBeVisible()
      await elsewhere.getByRole('link', { name: 'Jobs' }).click()
      await expect(elsewhere.getByRole('heading', { name: 'No jobs yet' })).toBeVisible()
    })
  })
}

test('a session whose access token is no good any more goes on with its refresh token', async ({ page }) => {
  const email = `bert.${Date.now()}@example.org`
  await page.goto('/account')
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Name').fill(`Bert ${Date.now()}`)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Create an account' }).click()
  await expect(page.getByRole('heading', { name: /^Signed in as Bert/ })).toBeVisible()
  await page.evaluate(() => localStorage.setItem('millrace.token', 'worn out'))
  await page.reload()
  await expect(page.getByRole('heading', { name: /^Signed in as Bert/ })).toBeVisible()
  expect(await page.evaluate(() => localStorage.getItem('millrace.token'))).not.toBe('worn out')
})

test('a guest who signs in brings along what was dropped', async ({ page, line }) => {
  const email = `cleo.${Date.now()}@example.org`
  const body = { email, username: `Cleo ${Date.now()}`, password: PASSWORD }
  expect((await page.request.post(`${line.address}/api/auth/register`, { data: body })).status()).toBe(201)
  await send(page, family().slice(0, 2))
  await completed(page)
  const name = await page.getByRole('heading', { level: 1 }).textContent()
  await page.getByRole('link', { name: 'Account' }).click()
  await page.getByRole('tab', { name: 'Sign in' }).click()
  await page.getByLabel('Email').fill(email)
  await page.getByLabel('Password').fill(PASSWORD)
  await page.getByRole('button', { name: 'Sign in' }).click()
  await expect(page.getByRole('heading', { level: 1 })).toHaveText(name!)
  await page.getByRole('link', { name: 'Account' }).click()
  await expect(page.getByRole('heading', { name: /^Signed in as Cleo/ })).toBeVisible()
})
