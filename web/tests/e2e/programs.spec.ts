// Changes that a user makes to their account, and access for programs: keys and webhooks.
import { createServer, type Server } from 'node:http'
import type { AddressInfo } from 'node:net'
import { accessibleFromTop as accessible } from './looking'
import { ask, PASSWORD, signIn } from './people'
import { completed, expect, family, fits, send, test } from './world'

for (const size of [
  { name: 'on a desk, dark', width: 1440, height: 900, scheme: 'dark' },
  { name: 'on a phone of 390 pixels, light', width: 390, height: 844, scheme: 'light' },
] as const) {
  test.describe(size.name, () => {
    test.use({
      viewport: { width: size.width, height: size.height },
      hasTouch: size.width < 700,
      colorScheme: size.scheme,
    })

    test('name, email and password are changed, and a wrong password is told beside its field', async ({
      page,
      browser,
      line,
    }) => {
      const { name, email } = await signIn(page)
      await page.goto('/account')
      await expect(page.getByRole('heading', { name: `Signed in as ${name}` })).toBeVisible()
      await accessible(page)
      await fits(page)
      const who = page.getByRole('region', { name: 'Profile' })
      await who.getByLabel('Name').fill(`${name}.b`)
      await who.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByRole('heading', { name: `Signed in as ${name}.b` })).toBeVisible()

      await who.getByLabel('Email').fill(`new.${email}`)
      await who.getByLabel('Current password').fill('not this one')
      await who.getByRole('button', { name: 'Save' }).click()
      await expect(who.getByLabel('Current password')).toHaveAttribute('aria-invalid', 'true')
      await expect(who.getByText('is wrong', { exact: true })).toBeVisible()
      await accessible(page)
      await who.getByLabel('Current password').fill(PASSWORD)
      await who.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByText(`new.${email}`)).toBeVisible()
      await expect(who.getByLabel('Current password')).toHaveCount(0)

      const elsewhere = await (await browser.newContext({ baseURL: line.address })).newPage()
      await elsewhere.goto('/account')
      await elsewhere.getByRole('tab', { name: 'Sign in' }).click()
      await elsewhere.getByLabel('Email').fill(`new.${email}`)
      await elsewhere.getByLabel('Password').fill(PASSWORD)
      await elsewhere.getByRole('button', { name: 'Sign in' }).click()
      await expect(elsewhere.getByRole('heading', { name: /^Signed in as/ })).toBeVisible()

      const password = page.getByRole('region', { name: 'Password' })
      await password.getByLabel('Current password').fill(PASSWORD)
      await password.getByLabel('New password').fill('password')
      await password.getByRole('button', { name: 'Change the password' }).click()
      await expect(password.getByLabel('New password')).toHaveAttribute('aria-invalid', 'true')
      await password.getByLabel('New password').fill('four grey herons stand')
      await password.getByRole('button', { name: 'Change the password' }).click()
      await expect(password.getByText('Changed.')).toBeVisible()
      await page.reload()
      await expect(page.getByRole('heading', { name: `Signed in as ${name}.b` })).toBeVisible()
      // The token issued there stays valid for its hour; nothing renews it.
      await elsewhere.evaluate(() => localStorage.setItem('millrace.token', 'worn out'))
      await elsewhere.reload()
      await expect(elsewhere.getByRole('heading', { name: 'Keep your files' })).toBeVisible()
      await elsewhere.context().close()
    })

    test('a key is shown once, copied, works, and is revoked', async ({ page, context }) => {
      await context.grantPermissions(['clipboard-read', 'clipboard-write'])
      await signIn(page)
      await page.goto('/account')
      const keys = page.getByRole('region', { name: 'API keys' })
      await keys.getByLabel('Purpose').fill('Scanner')
      await expect(keys.getByLabel('can administer the installation')).toHaveCount(0)
      await keys.getByLabel('can send').uncheck()
      await keys.getByLabel('Lifetime').selectOption('never')
      await keys.getByRole('button', { name: 'Create a key' }).click()
      const shown = await keys.locator('code').textContent()
      await keys.getByRole('button', { name: 'Copy' }).click()
      await expect(keys.getByRole('button', { name: 'Copied' })).toBeVisible()
      expect(await page.evaluate(() => navigator.clipboard.readText())).toBe(shown)
      await accessible(page)
      const asked = () => page.request.get('/api/jobs', { headers: { Authorization: `Bearer ${shown}` } })
      expect((await asked()).status()).toBe(200)
      await expect(keys.getByRole('listitem')).toContainText('can read')
      await expect(keys.getByRole('listitem')).not.toContainText('until')
      await page.reload()
      await expect(keys.getByRole('listitem')).toContainText('Scanner')
      await expect(page.getByText(shown!)).toHaveCount(0)
      await keys.getByRole('button', { name: 'Revoke Scanner' }).click()
      await accessible(page)
      await page.getByRole('button', { name: 'Revoke', exact: true }).click()
      await expect(keys.getByRole('listitem')).toHaveCount(0)
      expect((await asked()).status()).toBe(401)
    })

    test('a webhook is told of a job; what it refuses is told, and sent again', async ({ page }) => {
      const answers = [204, 503]
      const got: string[] = []
      const receiver: Server = createServer((request, response) => {
        let body = ''
        request.on('data', (part) => {
          body += part
        })
        request.on('end', () => {
          got.push(body)
          response.writeHead(answers.shift() ?? 204).end()
        })
      })
      await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', () => resolve()))
      const url = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`
      try {
        await signIn(page)
        await page.goto('/account')
        const webhooks = page.getByRole('region', { name: 'Webhooks' })
        await expect(webhooks.getByText('No webhooks yet.')).toBeVisible()
        await webhooks.getByLabel('Address').fill('https://10.1.2.3/hook')
        await webhooks.getByRole('button', { name: 'Add a webhook' }).click()
        await expect(webhooks.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true')
        await expect(webhooks).toContainText('not a public address')
        await accessible(page)
        await webhooks.getByLabel('Address').fill(url)
        await webhooks.getByLabel('job failed').uncheck()
        await webhooks.getByRole('button', { name: 'Add a webhook' }).click()
        await expect(webhooks.locator('code')).toHaveText(/^whsec_/)
        await expect(webhooks.getByRole('listitem')).toContainText('job completed')

        await send(page, family().slice(0, 2))
        await completed(page)
        await expect.poll(() => got.length, { timeout: 30_000 }).toBe(1)
        const [job] = (await ask(page, 'GET', '/jobs')).items
        expect(JSON.parse(got[0]!).data.job_id).toBe(job.id)

        await page.getByRole('link', { name: 'Account' }).click()
        await expect(webhooks.locator('code')).toHaveCount(0)
        await webhooks.getByRole('button', { name: 'Deliveries' }).click()
        const delivery = webhooks.getByRole('article')
        await expect(delivery).toContainText('delivered')
        await expect(delivery.getByRole('link', { name: job.name })).toBeVisible()
        await accessible(page)
        await fits(page)
        await delivery.getByRole('button', { name: 'Send it again' }).click()
        await expect(delivery).toContainText('503', { timeout: 30_000 })
        await expect(delivery).toContainText('waiting')
        await expect(delivery).toContainText('Next attempt')
        await accessible(page)

        await webhooks.getByRole('button', { name: `Delete ${url}` }).click()
        await page.getByRole('dialog').getByRole('button', { name: 'Delete', exact: true }).click()
        await expect(webhooks.getByText('No webhooks yet.')).toBeVisible()
        expect((await ask(page, 'GET', '/webhooks')).items).toEqual([])
      } finally {
        receiver.close()
        receiver.closeAllConnections()
      }
    })
  })
}
