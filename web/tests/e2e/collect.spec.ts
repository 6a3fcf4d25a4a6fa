// Givers put files into a job, in a browser without an account; its owner sees the gifts by name, and starts the job.
import type { Browser, Page } from '@playwright/test'
import { accessibleFromTop as accessible } from './looking'
import { ask, signIn } from './people'
import { expect, family, film, fits, type Line, SIZES, shapes, slow, test } from './world'

/** Makes a share that collects, on the page, and returns its address. */
async function asked(page: Page, fill: Record<string, string>): Promise<string> {
  await page.goto('/import')
  await page.getByRole('button', { name: 'Ask for files' }).click()
  const sheet = page.getByRole('dialog')
  for (const [label, text] of Object.entries(fill)) await sheet.getByLabel(label).fill(text)
  await accessible(page)
  await fits(page)
  await sheet.getByRole('button', { name: 'Create the address' }).click()
  const address = await sheet.getByLabel('The address').inputValue()
  expect(address).toMatch(/\/shared\/[A-Za-z0-9_-]{22}$/)
  await accessible(page)
  await page.keyboard.press('Escape')
  return address
}

async function visitor(browser: Browser, line: Line, use: object, locale = 'en-US') {
  const context = await browser.newContext({ ...use, locale, baseURL: line.address })
  const page = await context.newPage()
  const requests: string[] = []
  const complaints: string[] = []
  page.on('request', (request) => requests.push(new URL(request.url()).pathname))
  page.on('pageerror', (error) => complaints.push(error.message))
  page.on('console', (message) => message.type() === 'error' && complaints.push(message.text()))
  page.on('dialog', (dialog) => void dialog.accept().catch(() => undefined))
  return { page, requests, complaints }
}

for (const size of SIZES)
  test.describe(size.name, () => {
    test.use(size.use)

    test('two give, each sees their own, and the owner starts the job', async ({ page, browser, line }) => {
      test.setTimeout(240_000)
      await signIn(page)
      const address = await asked(page, { Title: 'Our wedding', 'Files, in total': '5' })
      const ann = await visitor(browser, line, size.use)
      await ann.page.goto(address)
      await expect(ann.page.getByRole('heading', { name: 'Our wedding' })).toBeVisible()
      await expect(ann.page.locator('meta[name=robots]')).toHaveAttribute('content', /noindex/)
      await expect(ann.page.getByText(/^Room for 5 files, /)).toBeVisible()
      await accessible(ann.page)
      await fits(ann.page)
      await ann.page.getByLabel('Your name (optional)').fill('<i>Ann</i>')
      // A film sent in parts beside photos sent whole.
      await ann.page.getByTestId('files').setInputFiles([...shapes().slice(0, 2), film])
      await expect(ann.page.getByText('3 files sent')).toBeVisible({ timeout: 120_000 })
      await expect(ann.page.getByText(/^arrived · /)).toHaveCount(3, { timeout: 60_000 })
      await expect(ann.page.getByText(/^Room for 2 files, /)).toBeVisible()
      await accessible(ann.page)
      await fits(ann.page)

      const bob = await visitor(browser, line, size.use)
      await bob.page.goto(address)
      await expect(bob.page.getByText('Your files')).toHaveCount(0)
      await bob.page.getByTestId('files').setInputFiles(family().slice(0, 3))
      await expect(bob.page.getByRole('alert')).toContainText('There is no room for these files')
      await accessible(bob.page)
      // Refused files are left out, and fewer are given.
      await bob.page.getByRole('button', { name: 'Continue without' }).click()
      await expect(bob.page.getByRole('alert')).toHaveCount(0)
      await expect(bob.page.getByText('Your files')).toHaveCount(0)
      // Only the share was requested, and no guest was made.
      for (const one of [ann, bob])
        expect(
          one.requests.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/shared/')),
        ).toEqual([])
      expect(ann.complaints).toEqual([])

      await page.reload()
      await expect(page.getByText(/^3 files of 5, /)).toBeVisible()
      await accessible(page)
      await fits(page)
      // It waits for files of others: no work of its owner's is under way.
      await page.goto('/library')
      await expect(page.getByRole('status').first()).toBeAttached()
      await expect(page.getByText(/is still running|is waiting for its files/)).toHaveCount(0)
      await page.goto('/jobs')
      const row = page.getByRole('listitem').filter({ hasText: 'Our wedding' })
      await expect(row).toContainText('Collecting')
      await expect(row).toContainText('open for others’ files until')
      await expect(row).not.toContainText(/Running|%/)
      await accessible(page)
      await fits(page)
      await row.getByRole('link').click()
      await expect(page.getByText('3 of 3 files inspected')).toBeVisible()
      await expect(page.getByRole('progressbar')).toHaveCount(0)
      await accessible(page)
      await fits(page)
      const jobId = page.url().split('/').at(-1)!
      await page.getByRole('button', { name: 'Start the job' }).click()
      await expect
        .poll(async () => (await ask(page, 'GET', `/status/${jobId}`)).status, { timeout: 120_000 })
        .toBe('completed')
      const { items } = await ask(page, 'GET', `/jobs/${jobId}/files`)
      expect(items.map((file: { given_by: string }) => file.given_by)).toEqual(Array(3).fill('<i>Ann</i>'))
      // A giver's own name is plain text, wherever it is shown.
      await page.goto(`/jobs/${jobId}`)
      await page.getByRole('listbox').getByRole('option').first().click()
      await expect(page.getByRole('dialog')).toBeVisible()
      if (size.use.viewport.width < 600) await page.keyboard.press('i')
      await expect(page.getByText('<i>Ann</i>')).toBeAttached()
      await ann.page.reload()
      await expect(ann.page.getByRole('heading', { name: 'Files are no longer collected' })).toBeVisible()
      await accessible(ann.page)

      await page.goto('/import')
      await page.getByRole('button', { name: 'Revoke: Our wedding' }).click()
      await expect(page.getByRole('button', { name: 'Revoke: Our wedding' })).toHaveCount(0)
      await ann.page.reload()
      await expect(ann.page.getByRole('heading', { name: 'This share isn’t available' })).toBeVisible()
      await ann.page.context().close()
      await bob.page.context().close()
    })
  })

test('a giver who reloads the page goes on without sending a finished file or part again', async ({
  page,
  browser,
  line,
}) => {
  test.setTimeout(180_000)
  await signIn(page)
  const address = await asked(page, { Title: 'Our wedding', 'Password (optional)': 'open sesame' })
  const { page: giver, requests, complaints } = await visitor(browser, line, {})
  const puts: string[] = []
  giver.on('request', (request) => {
    if (request.method() === 'PUT') puts.push(request.url())
  })
  const finished = new Set<string>()
  giver.on('response', (response) => {
    if (response.request().method() === 'PUT' && response.ok()) finished.add(placeOf(response.url()))
  })
  const open = async () => {
    await giver.goto(address)
    await giver.getByLabel('Password').fill('open sesame')
    await giver.getByRole('button', { name: 'Open' }).click()
  }
  await open()
  await giver.getByLabel('Your name (optional)').fill('Ann')
  await slow(giver, 8 * 1024 * 1024)
  await giver.getByTestId('files').setInputFiles([...family().slice(0, 3), film])
  await expect.poll(() => finished.size, { timeout: 60_000 }).toBeGreaterThanOrEqual(5)
  const before = new Set(finished)
  expect(before.size).toBeLessThan(13)

  await open()
  await expect(giver.getByText('“Our wedding” was interrupted')).toBeVisible()
  await accessible(giver)
  await slow(giver, -1)
  puts.splice(0)
  await giver.getByRole('button', { name: 'Continue' }).click()
  await expect(giver.getByText('4 files sent')).toBeVisible({ timeout: 120_000 })
  expect(puts.filter((url) => before.has(placeOf(url)))).toEqual([])
  await expect(giver.getByText(/^arrived · /)).toHaveCount(4, { timeout: 60_000 })
  // The gift takes more files, of the same giver; those that are there are not given again.
  await expect(giver.getByLabel('Your name (optional)')).toHaveValue('Ann')
  await giver.getByTestId('files').setInputFiles(family().slice(0, 5))
  await expect(giver.getByText('6 files sent')).toBeVisible({ timeout: 60_000 })
  expect(requests.filter((path) => path.startsWith('/api/') && !path.startsWith('/api/shared/'))).toEqual([])
  expect(complaints).toEqual([])

  // What is finished is not offered again.
  await open()
  await expect(giver.getByText(/^Room for 494 files, /)).toBeVisible()
  await expect(giver.getByText('was interrupted')).toHaveCount(0)
  await giver.context().close()
})

/** A file's or a part's place in the store, whatever its signature. */
const placeOf = (url: string) => {
  const { pathname, searchParams } = new URL(url)
  return `${pathname} ${searchParams.get('partNumber')}`
}

test('a password is asked for, other kinds of files are refused by name, in German too', async ({
  page,
  browser,
  line,
}) => {
  await signIn(page)
  const address = await asked(page, { Title: 'Fotos', 'Password (optional)': 'open sesame' })
  const { page: giver } = await visitor(browser, line, {}, 'de-DE')
  await giver.goto(address)
  await giver.getByLabel('Passwort').fill('open sesame')
  await giver.getByRole('button', { name: 'Öffnen' }).click()
  await giver
    .getByTestId('files')
    .setInputFiles({ name: 'notes.xyz', mimeType: 'text/plain', buffer: Buffer.from('x') })
  await giver.getByTestId('files').setInputFiles(family()[0]!)
  await expect(giver.getByText(/^nicht gesendet: Es wird eine andere Art von Datei gebraucht/)).toBeVisible()
  await expect(giver.getByText('1 Datei gesendet')).toBeVisible({ timeout: 60_000 })
  await accessible(giver)
  await giver.context().close()
})
