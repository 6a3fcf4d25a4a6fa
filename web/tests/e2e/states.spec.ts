// axe on states that journeys only pass through, in each colour scheme: dialogs, menus, empty, loading, and offline pages.
import type { Page } from '@playwright/test'
import { accessibleFromTop } from './looking'
import { completed, expect, family, send, test, tiles } from './world'

const WAYS = [
  { name: 'light', media: { colorScheme: 'light', forcedColors: 'none' } },
  { name: 'dark', media: { colorScheme: 'dark', forcedColors: 'none' } },
  { name: 'forced colours', media: { colorScheme: 'light', forcedColors: 'active' } },
] as const
const NARROWEST = { width: 320, height: 640 }

const LISTS = ['jobs', 'library', 'bin', 'results', 'dashboard', 'account', 'guides', 'scenes'] as const
const heading = (page: Page) => page.getByRole('main').locator('h1, h2').first()

/** Waits until all movement has come to rest: half faded in, no text has enough contrast. */
async function clean(page: Page): Promise<void> {
  await page.evaluate(() =>
    Promise.allSettled(
      document
        .getAnimations()
        .filter((one) => one.effect?.getComputedTiming().iterations !== Number.POSITIVE_INFINITY)
        .map((one) => one.finished),
    ),
  )
  await accessibleFromTop(page)
}

interface State {
  name: string
  at: string
  /** Runs before the page is opened. */
  before?: (page: Page) => Promise<unknown>
  /** Leads to the state, and checks that it is reached. */
  reach: (page: Page) => Promise<unknown>
}

const STATES: readonly State[] = [
  {
    name: 'the keys',
    at: '/',
    reach: async (page) => {
      await heading(page).waitFor()
      await page.keyboard.press('?')
      await page.getByRole('dialog').waitFor()
    },
  },
  {
    name: 'the menu of other pages',
    at: '/',
    reach: async (page) => {
      await page.getByRole('button', { name: 'More' }).click()
      await page.getByRole('menu').waitFor()
    },
  },
  { name: 'no such page', at: '/nowhere', reach: (page) => heading(page).waitFor() },
  { name: 'no such share', at: '/shared/AAAAAAAAAAAAAAAAAAAAAA', reach: (page) => heading(page).waitFor() },
  ...LISTS.map((list) => ({
    name: `${list}, nothing yet`,
    at: `/${list}`,
    reach: (page: Page) => heading(page).waitFor(),
  })),
  ...LISTS.filter((list) => !['account', 'guides'].includes(list)).flatMap((list) => [
    {
      name: `${list}, out of reach`,
      at: `/${list}`,
      before: (page: Page) =>
        page.route(/\/api\/(?!auth)/, (route) => route.fulfill({ status: 502, body: 'Bad' })),
      reach: (page: Page) =>
        page.getByRole('button', { name: 'Try again' }).first().waitFor({ timeout: 30_000 }),
    },
    {
      name: `${list}, on its way`,
      at: `/${list}`,
      before: (page: Page) => page.route(/\/api\/(?!auth)/, () => undefined),
      reach: (page: Page) => heading(page).waitFor(),
    },
  ]),
]

for (const state of STATES)
  test(`axe finds nothing in any way of looking: ${state.name}`, async ({ page }) => {
    await state.before?.(page)
    await page.goto(state.at)
    await state.reach(page)
    for (const way of WAYS) {
      await page.emulateMedia(way.media)
      await test.step(way.name, () => clean(page))
    }
    await page.emulateMedia(WAYS[0].media)
    await page.setViewportSize(NARROWEST)
    await test.step('as narrow as it gets', () => clean(page))
  })

for (const way of WAYS.slice(1))
  test.describe(way.name, () => {
    test.use(way.media)

    test('axe finds nothing: a job with files selected, compared, shared, taken, opened and in the bin', async ({
      page,
    }) => {
      await send(page, family().slice(0, 4))
      await completed(page)
      for (const n of [0, 1]) await tiles(page).nth(n).locator('[data-select]').click({ force: true })
      await expect(page.getByRole('toolbar')).toContainText('2 selected')
      await clean(page)
      for (const name of ['Compare', /^Share/, /^Download|^Take/]) {
        const button = page.getByRole('toolbar').getByRole('button', { name }).first()
        await button.click()
        await page.getByRole('dialog').waitFor()
        await clean(page)
        await page.keyboard.press('Escape')
        await page.getByRole('dialog').waitFor({ state: 'hidden' })
      }
      await page.getByRole('button', { name: 'Move 2 files to the bin' }).click()
      await expect(page.getByRole('button', { name: 'Restore' })).toBeVisible()
      await clean(page)
      await tiles(page).first().click()
      await page.getByRole('dialog').waitFor()
      await clean(page)
    })
  })
