import { accessible, completed, expect, family, fits, send, test } from './world'

const SAID = {
  es: { jobs: 'Trabajos', zip: /^Descargar el zip/, none: 'Ningún archivo coincide' },
  fr: { jobs: 'Tâches', zip: /^Télécharger le zip/, none: 'Aucun fichier ne correspond' },
} as const

test('the page speaks Spanish and French, on every page and at 320 pixels', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  await page.setViewportSize({ width: 320, height: 640 })
  await send(page, family())
  await completed(page)
  const job = page.url().split('?')[0]!
  for (const [language, said] of Object.entries(SAID)) {
    await page.goto(job)
    await page.locator('header select').selectOption(language)
    await expect(page.locator('html')).toHaveAttribute('lang', language)
    await expect(page.getByRole('button', { name: said.zip })).toBeVisible()
    await accessible(page)
    await page.goto(`${job}?q=nothing-is-called-so`)
    await expect(page.getByRole('heading', { name: said.none })).toBeVisible()
    for (const address of [job, '/', '/jobs', '/library', '/results', '/dashboard', '/account', '/scenes']) {
      await page.goto(address)
      await expect(page.getByRole('link', { name: said.jobs })).toBeVisible()
      await expect(page.getByRole('main').locator('h1, h2').first()).toBeVisible()
      await fits(page)
    }
  }
})
