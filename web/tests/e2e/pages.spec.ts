import { accessible, choose, completed, expect, family, send, test, tiles } from './world'

for (const scheme of ['light', 'dark'] as const) {
  test.describe(scheme, () => {
    test.use({ colorScheme: scheme })

    test('axe finds nothing on any page, empty or full', async ({ page, complaints }) => {
      expect(complaints).toEqual([])
      await page.goto('/')
      await expect(page.getByText('Volume segmentation')).toBeVisible()
      await accessible(page)
      await page.goto('/jobs')
      await expect(page.getByRole('heading', { name: 'No jobs yet' })).toBeVisible()
      await accessible(page)
      await page.goto('/dashboard')
      await expect(page.getByText('Jobs done')).toBeVisible()
      await accessible(page)
      await page.goto('/nowhere')
      await expect(page.getByRole('heading', { name: 'Page not found' })).toBeVisible()
      await accessible(page)

      await send(page, family().slice(0, 6))
      await completed(page)
      await accessible(page)
      await page.goto('/jobs')
      await expect(page.getByRole('listitem')).toHaveCount(1)
      await accessible(page)
      await page.goto('/dashboard')
      await expect(page.getByText('Jobs ended per day')).toBeVisible()
      await accessible(page)
      await page.getByRole('button', { name: 'As a table' }).first().click()
      await accessible(page)
    })
  })
}

test('a job that is nobody’s or somebody else’s is told to be missing', async ({ page }) => {
  await page.goto('/jobs/01m7ykv4ftksz73569bg8tfqye')
  await expect(page.getByRole('heading', { name: 'Job not found' })).toBeVisible()
})

test('everything in a list is reached from the keyboard', async ({ page }) => {
  await send(page, family())
  await completed(page)
  await page.keyboard.press('?')
  await expect(page.getByRole('dialog')).toContainText('Select a range')
  await accessible(page)
  await page.keyboard.press('Escape')
  await expect(page.getByRole('dialog')).toBeHidden()

  const grid = page.getByRole('listbox')
  await grid.focus()
  const active = () =>
    grid.evaluate(
      (box) => document.getElementById(box.getAttribute('aria-activedescendant') ?? '')?.textContent,
    )
  await expect.poll(active).toContain('Copy of harbour.jpg')
  await page.keyboard.press('ArrowRight')
  await page.keyboard.press('ArrowDown')
  await page.keyboard.press('ArrowUp')
  expect(await active()).toContain('IMG-20240512-WA0001.jpg')
  await page.keyboard.press('Space')
  await page.keyboard.press('Shift+ArrowRight')
  await expect(page.locator('[role=option][aria-selected=true]')).toHaveCount(2)
  await page.getByRole('button', { name: 'Compare' }).click()
  await expect(page.getByRole('dialog').getByRole('figure')).toHaveCount(2)
  await accessible(page)
  await page.keyboard.press('Escape')
  await grid.focus()
  await page.keyboard.press('Escape')
  await expect(page.locator('[role=option][aria-selected=true]')).toHaveCount(0)

  await page.keyboard.press('End')
  await page.keyboard.press('Enter')
  const viewer = page.getByRole('dialog')
  await expect(viewer).toContainText('13 of 13')
  await page.keyboard.press('ArrowLeft')
  await expect(viewer).toContainText('12 of 13')
  await page.keyboard.press('+')
  await expect(viewer.getByRole('button', { name: 'Zoom out' })).toBeEnabled()
  await page.keyboard.press('Escape')
  await expect(viewer).toBeHidden()
  await page.keyboard.press('g')
  await page.keyboard.press('j')
  await expect(page.getByRole('heading', { name: 'Jobs' })).toBeVisible()
})

test('the page speaks German where it is asked to, and remembers', async ({ page }) => {
  await page.goto('/')
  await page.getByLabel('Language').selectOption('de')
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Dateien hinein')
  await page.reload()
  await expect(page.getByRole('heading', { level: 1 })).toContainText('Dateien hinein')
  await expect(page.locator('html')).toHaveAttribute('lang', 'de')
  await choose(page, family().slice(0, 2))
  await expect(page.getByRole('heading', { name: '2 Dateien zu senden' })).toBeVisible()
  await expect(page.getByLabel('Zeitzone')).toBeVisible()
  await accessible(page)
})

test('a chosen appearance outlives a reload', async ({ page }) => {
  await page.goto('/')
  await page.getByRole('button', { name: 'Appearance: same as system' }).click()
  await page.getByRole('button', { name: 'Appearance: light' }).click()
  await page.reload()
  await expect(page.getByRole('button', { name: 'Appearance: dark' })).toBeVisible()
  const paper = await page.evaluate(() => getComputedStyle(document.documentElement).backgroundColor)
  expect(paper).toBe('rgb(16, 19, 20)')
})

test('a folder that is dropped brings its files with their paths, without the system’s litter', async ({
  page,
}) => {
  await page.goto('/')
  // The browser's own file system makes real folders, like those of a drop.
  await page.evaluate(async () => {
    const transfer = new DataTransfer()
    const entry = (name: string, children: object[]) => ({
      isFile: false,
      fullPath: `/${name}`,
      name,
      createReader: () => {
        const batches = [children, []]
        return { readEntries: (done: (found: object[]) => void) => done(batches.shift() ?? []) }
      },
    })
    const leaf = (path: string) => ({
      isFile: true,
      fullPath: path,
      name: path.split('/').at(-1),
      file: (done: (file: File) => void) => done(new File(['x'], path.split('/').at(-1) ?? '')),
    })
    const folder = entry('Holiday', [
      leaf('/Holiday/b 10.jpg'),
      leaf('/Holiday/b 2.jpg'),
      leaf('/Holiday/.DS_Store'),
    ])
    Object.defineProperty(transfer, 'items', { value: [{ kind: 'file', webkitGetAsEntry: () => folder }] })
    Object.defineProperty(transfer, 'types', { value: ['Files'] })
    window.dispatchEvent(new DragEvent('drop', { dataTransfer: transfer, cancelable: true }))
  })
  await expect(page.getByRole('heading', { name: '2 files to send' })).toBeVisible()
  await expect(page.getByLabel('Job name')).toHaveValue('Holiday')
  await expect(tiles(page).first()).toHaveAccessibleName(/b 2.jpg$/)
})
