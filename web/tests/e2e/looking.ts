import type { Page } from '@playwright/test'
import { accessible } from './world'

/** Checks from the top of the page, where the navigation bar covers no part of a control, and once a dialog is visible:
 * if it begins with a field, the component library hides it until a phone's keyboard is out. */
export async function accessibleFromTop(page: Page): Promise<void> {
  await page.evaluate(() => window.scrollTo(0, 0))
  await page.waitForFunction(() => {
    const box = document.querySelector('[role=dialog]')?.parentElement
    return !box || getComputedStyle(box).opacity === '1'
  })
  await accessible(page)
}
