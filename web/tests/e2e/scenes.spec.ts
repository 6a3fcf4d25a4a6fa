import type { Page } from '@playwright/test'
import { accessibleFromTop as accessible } from './looking'
import { ask, signIn } from './people'
import { KEY, model, type Stash, stash } from './stash'
import { expect, fits, test } from './world'

const SCENES = 60

// One for each test: plans change its scenes.
let server: Stash
test.beforeEach(async () => {
  server = await stash(SCENES)
})
test.afterEach(() => server.stop())

const SIZES = [
  { name: '390', width: 390, height: 844 },
  { name: '1024', width: 1024, height: 768 },
  { name: '1600', width: 1600, height: 1000 },
] as const
type Size = (typeof SIZES)[number]['name']

/** The colour schemes of each width: both for the widest. */
const SCHEMES: Record<Size, readonly string[]> = {
  '390': ['dark'],
  '1024': ['light'],
  '1600': ['light', 'dark'],
}

/** These look alike at any width between a phone's and a desk's. */
const ALIKE = new Set(['empty', 'connect', 'bulk', 'generate', 'keys', 'many', 'apply', 'names', 'plans'])

async function seen(page: Page, size: Size, name: string): Promise<void> {
  for (const colorScheme of ['light', 'dark'] as const) {
    if (!SCHEMES[size].includes(colorScheme)) continue
    await page.emulateMedia({ colorScheme })
    if (!(size === '1024' && ALIKE.has(name))) await accessible(page)
    await fits(page)
  }
}

/** Removes a refusal that the test itself causes from the complaints. */
const refused = (complaints: string[], status: number) =>
  expect(complaints.splice(0).filter((one) => !one.includes(`status of ${status} `))).toEqual([])

const ended = async (page: Page, job: string) =>
  expect
    .poll(async () => (await ask(page, 'GET', `/status/${job}`)).status, { timeout: 60_000 })
    .toBe('completed')

for (const size of SIZES) {
  test.describe(`at ${size.name} pixels`, () => {
    test.use({ viewport: { width: size.width, height: size.height }, hasTouch: size.width < 700 })

    test('scenes are brought in, found, analysed, reviewed by keyboard, and corrected', async ({
      page,
      complaints,
    }) => {
      expect(complaints).toEqual([])
      test.setTimeout(300_000)
      await signIn(page)
      await page.goto('/scenes')
      await expect(page.getByRole('heading', { name: 'No scenes yet' })).toBeVisible()
      await expect(page.getByText('millrace scenes push')).toBeVisible()
      await seen(page, size.name, 'empty')

      // -- a server is connected; its key is written and never read
      await page.getByRole('link', { name: 'Connect a Stash server' }).click()
      await page.getByRole('button', { name: 'Connect a server' }).click()
      const dialog = page.getByRole('dialog')
      await dialog.getByLabel('Name').fill('Home')
      await dialog.getByLabel('Address').fill('http://10.1.2.3/graphql')
      await dialog.getByLabel('API key').fill(KEY)
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
      await expect(dialog.getByLabel('Address')).toHaveAttribute('aria-invalid', 'true')
      refused(complaints, 422)
      await dialog.getByLabel('Address').fill(server.address)
      await dialog.getByLabel('API key').fill('wrong')
      await dialog.getByRole('button', { name: 'Test the connection' }).click()
      await expect(dialog.getByText('The server can’t be used')).toBeVisible()
      await dialog.getByLabel('API key').fill(KEY)
      await dialog.getByRole('button', { name: 'Test the connection' }).click()
      await expect(dialog.getByText('Version v0.30.0')).toBeVisible()
      await seen(page, size.name, 'connect')
      await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
      await expect(dialog).toBeHidden()
      await expect(page.getByText('With a key')).toBeVisible()
      expect(await page.content()).not.toContain(KEY)
      await page.getByRole('button', { name: 'Sync all' }).click()
      await expect(page.getByText(`${SCENES} created`)).toBeVisible({ timeout: 60_000 })
      await page.getByRole('button', { name: 'Sync changes' }).click()
      await expect(page.getByText('0 created')).toBeVisible({ timeout: 60_000 })
      await seen(page, size.name, 'sources')

      // -- found by the address's query
      await page
        .getByRole('navigation', { name: 'Pages of the scenes' })
        .getByRole('link', { name: 'Scenes' })
        .click()
      const grid = (count: number) =>
        page.getByRole('grid', { name: count === 1 ? '1 scene' : `${count} scenes`, exact: true })
      await expect(grid(SCENES)).toBeVisible()
      await seen(page, size.name, 'grid')
      await page.getByRole('button', { name: 'Next page' }).click()
      await expect(page.getByText('Page 2 of 2')).toBeVisible()
      await page.getByRole('searchbox').fill('evening harb')
      await expect(grid(2)).toBeVisible()
      expect(new URL(page.url()).search).toBe('?q=evening+harb')
      await page.goto('/scenes?tags=4&from=2001-01-01&to=2001-12-31')
      await expect(page.getByRole('heading', { name: 'No matching scenes' })).toBeVisible()
      await expect(page.getByRole('button', { name: 'Tags: outdoors, remove' })).toBeVisible()
      await page.goto('/scenes?without=4&sort=title&view=table')
      await expect(grid(SCENES / 2)).toBeVisible()
      await expect(page.getByText('30 scenes found')).toBeVisible()
      await seen(page, size.name, 'table')
      await page.goto('/scenes?q=orchard')
      await expect(grid(12)).toBeVisible()

      // -- many changed at once
      await page
        .getByRole('row', { name: /orchard 3 / })
        .getByRole('checkbox')
        .click({ force: true })
      await page.getByRole('row', { name: /orchard 8 / }).focus()
      await page.keyboard.press('Space')
      const bar = page.getByRole('toolbar')
      await expect(bar).toContainText('2 selected')
      await bar.getByRole('button', { name: 'Add tags' }).click()
      await dialog.getByRole('searchbox').fill('harb')
      await expect(dialog.getByRole('checkbox')).toHaveCount(1)
      await dialog.getByRole('checkbox', { name: /harbour/ }).check()
      await seen(page, size.name, 'bulk')
      await dialog.getByRole('button', { name: 'Add 1 tag' }).click()
      await expect(dialog).toBeHidden()
      expect((await ask(page, 'GET', '/scenes?tag_ids=3')).total).toBe(2)
      await bar.getByRole('button', { name: 'Clear' }).click()

      // -- one scene
      await page.goto('/scenes?q=walk&sort=created_date')
      await page.getByRole('row', { name: /walk 1 / }).click()
      await expect(page.getByRole('heading', { level: 1 })).toContainText('Rose Lee - walk 1')
      await expect(page.getByRole('link', { name: 'https://example.org/scenes/1' })).toBeVisible()
      await expect(page.getByText('javascript:alert(1)')).toBeVisible()
      await expect(page.getByRole('link', { name: 'javascript' })).toHaveCount(0)
      await page.getByRole('button', { name: 'Edit' }).click()
      await dialog.getByLabel('Title').fill('The <b>gate</b>')
      await dialog.getByLabel('Rating').fill('80')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(page.getByRole('heading', { name: 'The <b>gate</b>' })).toBeVisible()
      await seen(page, size.name, 'scene')
      await page.getByRole('button', { name: 'Edit' }).click()
      const id = decodeURIComponent(new URL(page.url()).pathname.split('/').pop()!)
      await ask(page, 'PATCH', `/scenes/${id}`, { director: 'Somebody else' })
      await dialog.getByLabel('Code').fill('A1')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog.getByText('The scene was changed in the meantime.')).toBeVisible()
      refused(complaints, 412)
      await dialog.getByRole('button', { name: 'Reload it' }).click()
      await expect(dialog.getByLabel('Director')).toHaveValue('Somebody else')
      await expect(dialog.getByLabel('Code')).toHaveValue('A1')
      await dialog.getByRole('button', { name: 'Save' }).click()
      await expect(dialog).toBeHidden()
      await page.getByRole('button', { name: 'Sync again' }).click()
      await expect(page.getByRole('status').filter({ hasText: 'Go to the job' })).toHaveCount(0, {
        timeout: 60_000,
      })

      // -- names
      await page.goto('/scenes/performers?q=rose')
      await page.getByRole('link', { name: /Rose Lee/ }).click()
      await expect(page).toHaveURL(/performers=1$/)
      await page.goto('/scenes/performers')
      await expect(page.getByText('4 names')).toBeVisible()
      await seen(page, size.name, 'names')

      // -- a plan for all scenes of a filter
      await page.goto('/scenes?q=harbour')
      await page.getByRole('button', { name: 'Generate a plan' }).click()
      await expect(dialog.getByRole('heading', { name: /^A plan for 1\d scenes$/ })).toBeVisible()
      await dialog.getByLabel('Name').fill('Harbour')
      await seen(page, size.name, 'generate')
      await dialog.getByRole('button', { name: 'Generate' }).click()
      await expect(page.getByRole('heading', { name: 'Harbour', level: 1 })).toBeVisible()
      const current = page.locator('[aria-current=true][role=group]')
      await expect(current).toBeFocused({ timeout: 60_000 })
      await seen(page, size.name, 'review')

      // -- by the keyboard
      const plan = new URL(page.url()).pathname.split('/').pop()!
      const counted = (what: string) => page.getByText(what, { exact: true }).first()
      const rows = page.getByRole('list', { name: / by scene$/ }).getByRole('group')
      const total = await rows.count()
      await page.keyboard.press('a')
      await page.keyboard.press('x')
      await expect(counted('1 accepted')).toBeVisible()
      await expect(counted('1 rejected')).toBeVisible()
      await expect(counted(`${total - 2} undecided`)).toBeVisible()
      await page.keyboard.press('k')
      await expect(rows.nth(1)).toBeFocused()
      await page.keyboard.press('u')
      await expect(counted(`${total - 1} undecided`)).toBeVisible()
      await page.keyboard.press('x')
      await page.keyboard.press('?')
      await expect(dialog.getByText('Accept the rest of the scene')).toBeVisible()
      await seen(page, size.name, 'keys')
      await page.keyboard.press('Escape')
      await expect(dialog).toBeHidden()
      await expect(current).toBeFocused()

      // A new value: typed in a field, in which the keys are letters again.
      await page.keyboard.press('e')
      await expect(current.getByLabel('Tags', { exact: true })).toBeFocused()
      await page.keyboard.press('Escape')
      await expect(current).toBeFocused()
      await page.keyboard.press('e')
      await current.getByLabel('Tags', { exact: true }).fill('full HD, by hand')
      await seen(page, size.name, 'edit')
      await page.keyboard.press('Enter')
      await expect(counted('2 accepted')).toBeVisible()
      await expect(current).toBeFocused()
      await page.keyboard.press('Shift+A')
      await page.keyboard.press('m')
      await dialog.getByRole('radio', { name: 'Accept the rest' }).check()
      await seen(page, size.name, 'many')
      await page.keyboard.press('Enter')
      await expect(counted(`${total - 1} accepted`)).toBeVisible()
      await expect(counted('Saved')).toBeVisible()
      await page.reload()
      await expect(counted(`${total - 1} accepted`)).toBeVisible()
      await expect(counted('1 rejected'), 'the rule leaves what was decided before').toBeVisible()

      // -- carried out, with a change by another user in the meantime
      const set = (await ask(page, 'GET', `/analysis/plans/${plan}`)).items
        // biome-ignore lint/suspicious/noExplicitAny: as it comes
        .flatMap((scene: any) => scene.changes)
        // biome-ignore lint/suspicious/noExplicitAny: as it comes
        .find((one: any) => one.field === 'date' && one.status === 'approved')
      await server.touch(set.scene_id, { date: '1999-01-01' })
      await page.getByRole('button', { name: /^Apply \d+$/ }).click()
      await expect(dialog.getByLabel('Write to')).toContainText('Home')
      await seen(page, size.name, 'apply')
      await dialog.getByRole('button', { name: /^Apply \d+$/ }).click()
      await expect(counted('1 conflict')).toBeVisible({ timeout: 60_000 })
      await expect(counted(`${total - 2} applied`)).toBeVisible()
      await page.keyboard.press('c')
      await expect(current).toContainText('The value was changed after this was proposed.')
      await expect(current).toBeFocused()
      await seen(page, size.name, 'applied')
      await page.goto(`/scenes/at/${set.scene_id}`)
      await expect(page.getByRole('link', { name: 'full HD, by hand' })).toBeVisible()
      await expect(
        page
          .getByRole('link', { name: 'Northlight' })
          .or(page.getByRole('link', { name: 'Mill Lane Films' })),
      ).toBeVisible()
      await page.goto('/scenes/plans')
      await expect(page.getByRole('link', { name: /^Harbour/ })).toBeVisible()
      await seen(page, size.name, 'plans')
      await page.getByRole('link', { name: /^Harbour/ }).click()
      await page.getByRole('button', { name: 'Undo' }).click()
      await expect(page.getByRole('heading', { name: 'Undo Harbour' })).toBeVisible()
      await page.getByRole('button', { name: 'Discard the plan' }).click()
      await dialog.getByRole('button', { name: 'Discard the plan' }).click()
      await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()
    })
  })
}

/** A user with scenes, and a plan for all of them, both made over the API, which is faster than the page. */
async function planned(page: Page, address: string): Promise<string> {
  await signIn(page)
  const { id } = await ask(page, 'POST', '/connections', { name: 'Home', url: address, key: KEY })
  await ended(page, (await ask(page, 'POST', '/scenes/sync', { connection_id: id })).job_id)
  const made = await ask(page, 'POST', '/analysis/generate', { filters: {}, plan_name: 'All' })
  await ended(page, made.job_id)
  return made.plan_id
}

test('decisions outlive a line that is cut, and one that is refused is taken back', async ({
  page,
  line,
  complaints,
}) => {
  test.setTimeout(240_000)
  const plan = await planned(page, server.address)
  await page.goto(`/scenes/plans/${plan}`)
  await expect(page.locator('[aria-current=true][role=group]')).toBeFocused()
  await line.cut()
  for (const key of ['a', 'a', 'x']) await page.keyboard.press(key)
  await expect(page.getByText('2 accepted', { exact: true })).toBeVisible()
  await expect(page.getByText('Saving 3 …')).toBeVisible()
  await line.mend()
  await expect(page.getByText('Saved', { exact: true })).toBeVisible({ timeout: 60_000 })
  expect((await ask(page, 'GET', `/analysis/plans/${plan}?limit=1`)).counts).toMatchObject({
    approved: 2,
    rejected: 1,
  })

  // The review is left and resumed before all decisions are sent: it must show the decisions made.
  await page.keyboard.press('a')
  await page
    .getByRole('navigation', { name: 'Pages of the scenes' })
    .getByRole('link', { name: 'Tags' })
    .click()
  await page.goBack()
  await expect(page.getByText('3 accepted', { exact: true })).toBeVisible()
  complaints.splice(0)

  // An invalid value: reported with the reason, and the plan is unchanged.
  await page.locator('[aria-label^="Edit, Date"]').first().click()
  await page.getByRole('group').getByLabel('Date', { exact: true }).fill('2014-13')
  await page.keyboard.press('Enter')
  await expect(page.getByText('The field date takes a date', { exact: false })).toBeVisible()
  await expect(page.getByText('3 accepted', { exact: true })).toBeVisible()
  refused(complaints, 422)

  // Cancelled elsewhere: the next decision fails.
  await ask(page, 'POST', `/analysis/plans/${plan}/cancel`)
  await page.keyboard.press('a')
  await expect(page.getByText('A decision was refused.', { exact: false })).toBeVisible()
  await expect(page.getByText('Cancelled', { exact: true })).toBeVisible()
  await expect(page.getByText('3 accepted', { exact: true })).toBeVisible()
  await accessible(page)
  refused(complaints, 400)
})

test('a language model is asked besides the rules, and what it took is told', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  test.setTimeout(240_000)
  const small = await model('outdoors')
  try {
    await planned(page, server.address)
    await page.goto('/scenes/sources')
    await page.getByRole('button', { name: 'Connect a server' }).click()
    const dialog = page.getByRole('dialog')
    await dialog.getByLabel('Type').selectOption('openai')
    await dialog.getByLabel('Name').fill('Small')
    await dialog.getByLabel('Address').fill(small.address)
    await dialog.getByRole('button', { name: 'Test the connection' }).click()
    await expect(dialog.getByText('1 model')).toBeVisible()
    await dialog.getByRole('button', { name: 'Connect', exact: true }).click()
    await expect(dialog).toBeHidden()

    await page.goto('/scenes?without=4&q=market')
    await page.getByRole('button', { name: 'Generate a plan' }).click()
    await dialog.getByLabel('Language model').selectOption({ label: 'Small' })
    await dialog.getByLabel('Model', { exact: true }).fill('small-1')
    await accessible(page)
    await dialog.getByRole('button', { name: 'Generate' }).click()
    await expect(page.getByText('small-1 used 5,640 of 1,000,000 tokens')).toBeVisible({ timeout: 60_000 })
    await expect(page.getByText('6 invented choices left out')).toBeVisible()
    const proposed = page.getByRole('group').filter({ hasText: 'Proposed by a language model' })
    await expect(proposed).toHaveCount(6)
    await expect(proposed.first()).toContainText('outdoors')
    await accessible(page)
  } finally {
    small.stop()
  }
})

test('what can’t be had says so, and is asked for again', async ({ page, complaints }) => {
  await signIn(page)
  let gone = true
  await page.route(/\/api\/(scenes\?|analysis\/plans\?|tags\?|connections$)/, (route) =>
    gone
      ? route.fulfill({ status: 404, json: { code: 'internal', detail: 'No.', errors: [] } })
      : route.fallback(),
  )
  for (const [path, title, then] of [
    ['/scenes', 'The scenes can’t be loaded', 'No scenes yet'],
    ['/scenes/plans', 'The plans can’t be loaded', 'No plans yet'],
    ['/scenes/tags', 'The names can’t be loaded', 'No names yet'],
    ['/scenes/sources', 'The connections can’t be loaded', 'No connected servers'],
  ] as const) {
    gone = true
    await page.goto(path)
    await expect(page.getByText(title)).toBeVisible()
    await accessible(page)
    gone = false
    await page.getByRole('button', { name: 'Try again' }).click()
    await expect(page.getByRole('heading', { name: then })).toBeVisible()
    await accessible(page)
  }
  refused(complaints, 404)
  await page.goto('/scenes/plans/none')
  await expect(page.getByRole('heading', { name: 'Plan not found' })).toBeVisible()
  await page.goto('/scenes/at/none')
  await expect(page.getByRole('heading', { name: 'Scene not found' })).toBeVisible()
  refused(complaints, 404)
})

test('in German, on a phone', async ({ page, complaints }) => {
  expect(complaints).toEqual([])
  test.setTimeout(240_000)
  await page.setViewportSize({ width: 390, height: 844 })
  const plan = await planned(page, server.address)
  await page.getByLabel('Language').selectOption('de')
  for (const [path, there] of [
    ['/scenes?tags=4', '30 Szenen gefunden'],
    ['/scenes?view=table', 'Plan erstellen'],
    [`/scenes/plans/${plan}`, 'Viele entscheiden'],
    ['/scenes/plans', 'Entwurf'],
    ['/scenes/studios', '2 Namen'],
    ['/scenes/sources', '60 neu'],
    ['/scenes/at/1', 'Verlauf'],
  ] as const) {
    await page.goto(path)
    await expect(page.getByText(there).first()).toBeAttached()
    await expect(page.getByText(/scenes\.[a-z]/), 'no word is missing').toHaveCount(0)
    await accessible(page)
    await fits(page)
  }
})

test('300 changes are decided as fast as keys are pressed, and all of them are kept', async ({
  page,
  complaints,
}) => {
  expect(complaints).toEqual([])
  test.setTimeout(300_000)
  const large = await stash(150)
  try {
    await signIn(page)
    const { id } = await ask(page, 'POST', '/connections', { name: 'Home', url: large.address, key: KEY })
    await ended(page, (await ask(page, 'POST', '/scenes/sync', { connection_id: id })).job_id)
    const { plan_id, job_id } = await ask(page, 'POST', '/analysis/generate', {
      filters: {},
      plan_name: 'All',
    })
    await ended(page, job_id)
    const before = await ask(page, 'GET', `/analysis/plans/${plan_id}?limit=1`)
    expect(before.counts.pending).toBeGreaterThan(300)
    await page.goto(`/scenes/plans/${plan_id}`)
    await expect(page.locator('[aria-current=true][role=group]')).toBeFocused()
    const began = Date.now()
    for (let n = 0; n < 300; n++) await page.keyboard.press(n % 10 ? 'a' : 'x')
    const seconds = (Date.now() - began) / 1000
    console.log(`300 changes decided in ${seconds.toFixed(1)} s of pressing keys`)
    await expect(page.getByText('270 accepted', { exact: true })).toBeVisible()
    await expect(page.getByText('Saved', { exact: true })).toBeVisible({ timeout: 200_000 })
    console.log(`and told to the API ${((Date.now() - began) / 1000).toFixed(1)} s after the first`)
    const after = await ask(page, 'GET', `/analysis/plans/${plan_id}?limit=1`)
    expect(after.counts).toMatchObject({
      approved: 270,
      rejected: 30,
      pending: before.counts.pending - 300,
    })
  } finally {
    large.stop()
  }
})
