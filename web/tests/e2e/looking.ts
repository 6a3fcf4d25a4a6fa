import type { Page } from '@playwright/test'
import { accessible } from './world'

/** From the top of the page, where the bar of ways covers no half of a control; and once a dialog is to be seen: where
 * it begins with a field, the component library hides it until a phone's keyboard is out. */
export async function accessibleFromTop(page: Page): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0))
  await page.waitForFunction(() => {
    const box = document.querySelector('[role=dialog]')?.parentElement
    return !box || getComputedStyle(box).opacity === '1'
  })
  await accessible(page)
}
