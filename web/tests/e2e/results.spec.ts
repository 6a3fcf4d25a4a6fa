import { ask, signIn } from './people'
import { accessible, completed, expect, family, fits, send, test } from './world'

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

    test('results are found by how good they are, opened, followed to their job, and deleted', async ({
      page,
      complaints,
    }) => {
      expect(complaints).toEqual([])
      await signIn(page, { admin: true })
      await page.goto('/results')
      await expect(page.getByRole('heading', { name: 'No results yet' })).toBeVisible()
      await accessible(page)

      await send(page, family())
      await completed(page)
      const [job] = (await ask(page, 'GET', '/jobs')).items
      const own = (await ask(page, 'GET', '/results')).items[0]
      for (const [summary, quality_score] of [
        ['Nearly <i>perfect</i>.', 0.97],
        ['Hardly anything could be read.', 0.05],
        ['Looked at by hand.', null],
      ] as const)
        await ask(page, 'POST', '/results', {
          job_id: job.id,
          summary,
          quality_score,
          metadata: { reviewer: 'Weiß', regions: [{ region: 'femur', dice: 0.973 }], sure: true },
        })

      await page.goto('/results')
      const rows = page.getByRole('main').getByRole('listitem')
      await expect(rows).toHaveCount(4)
      await expect(rows.first()).toContainText('Looked at by hand.')
      await expect(rows.first()).toContainText('not scored')
      await expect(rows.first()).toContainText(job.name)
      await accessible(page)
      await fits(page)

      await page.getByLabel('Sort by').selectOption('best')
      await expect(rows.first()).toContainText('Nearly <i>perfect</i>.')
      await expect(rows.first()).toContainText('97%')
      await expect(rows.last()).toContainText('Looked at by hand.')
      await page.getByLabel('Sort by').selectOption('worst')
      await expect(rows.first()).toContainText('Hardly anything')

      const least = page.getByLabel('Minimum quality')
      await least.fill('10')
      await expect(rows).toHaveCount(own.quality_score >= 0.1 ? 2 : 1)
      expect(new URL(page.url()).searchParams.get('least')).toBe('10')
      await least.fill('100')
      await expect(page.getByRole('heading', { name: 'No matching results' })).toBeVisible()
      await page.getByRole('button', { name: 'Show all' }).click()
      await expect(rows).toHaveCount(4)
      await page.getByLabel('Pipeline').selectOption('volume')
      await expect(rows).toHaveCount(0)
      await page.getByLabel('Pipeline').selectOption('media')
      await page.getByRole('combobox', { name: /^Job/ }).selectOption({ label: job.name })
      await expect(rows).toHaveCount(4)

      await rows.filter({ hasText: 'Nearly' }).getByRole('link').click()
      const sheet = page.getByRole('dialog')
      await expect(sheet).toContainText('Nearly <i>perfect</i>.')
      await expect(sheet).toContainText('Weiß')
      await expect(sheet.getByRole('cell', { name: 'femur' })).toBeVisible()
      await accessible(page)
      await sheet.getByRole('button', { name: 'Delete the result' }).click()
      await expect(sheet).toContainText('The job and its files stay.')
      await accessible(page)
      await sheet.getByRole('button', { name: 'Keep it' }).click()
      await sheet.getByRole('button', { name: 'Delete the result' }).click()
      await sheet.getByRole('button', { name: 'Delete', exact: true }).click()
      await expect(sheet).toBeHidden()
      await expect(rows).toHaveCount(3)
      expect((await ask(page, 'GET', '/results')).total).toBe(3)

      await rows.filter({ hasText: own.summary }).getByRole('link').click()
      await expect(page.getByRole('dialog')).toContainText('Exact duplicates')
      await page.getByRole('dialog').getByRole('link', { name: 'Go to the job' }).click()
      await expect(page.getByRole('heading', { name: job.name })).toBeVisible()
    })
  })
}

test('results are walked through from the keyboard', async ({ page }) => {
  await signIn(page, { admin: true })
  await send(page, family().slice(0, 2))
  await completed(page)
  const [job] = (await ask(page, 'GET', '/jobs')).items
  for (const summary of ['First.', 'Second.'])
    await ask(page, 'POST', '/results', { job_id: job.id, summary, quality_score: 0.5 })
  await page.goto('/results')
  const links = page.getByRole('main').getByRole('listitem').getByRole('link')
  await expect(links).toHaveCount(3)
  await links.first().focus()
  await page.keyboard.press('ArrowDown')
  await expect(links.nth(1)).toBeFocused()
  await page.keyboard.press('Enter')
  await expect(page.getByRole('dialog')).toContainText('First.')
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()
  expect(new URL(page.url()).search).toBe('')
})

test('a result that is nobody’s or somebody else’s is told to be missing', async ({ page }) => {
  await page.goto('/results?result=01m7ykv4ftksz73569bg8tfqye-run0000')
  await expect(page.getByRole('heading', { name: 'Result not found' })).toBeVisible()
})
