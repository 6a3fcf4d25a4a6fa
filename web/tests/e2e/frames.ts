import type { Page } from '@playwright/test'

/** Milliseconds of work per frame while `what` is scrolled through, the best of three runs, which are printed.
 *
 * Frames a second depend on the machine and its other load; the page's own share is the time for which its thread
 * works on a frame. With 20 ms, it can draw fifty a second. */
export async function workPerFrame(page: Page, what: string): Promise<number> {
  return (await framesOf(page, what)).cost
}

/** The best of three runs: frames a second, and the work on one in milliseconds. */
export async function framesOf(page: Page, what: string): Promise<{ frames: number; cost: number }> {
  const measure = () =>
    page.evaluate(
      () =>
        new Promise<{ frames: number; seconds: number; longest: number }>((resolve) => {
          window.scrollTo(0, 0)
          const began = performance.now()
          let last = began
          let frames = 0
          let longest = 0
          const step = (now: number) => {
            frames++
            longest = Math.max(longest, now - last)
            last = now
            // Two screens a second, as a user scrolls in search of something.
            window.scrollTo(0, ((now - began) / 1000) * 2 * innerHeight)
            if (now - began < 4000) requestAnimationFrame(step)
            else resolve({ frames, seconds: (now - began) / 1000, longest })
          }
          requestAnimationFrame(step)
        }),
    )
  const session = await page.context().newCDPSession(page)
  await session.send('Performance.enable', { timeDomain: 'threadTicks' })
  const worked = async () =>
    (await session.send('Performance.getMetrics')).metrics.find(({ name }) => name === 'TaskDuration')!.value
  const goes: { frames: number; cost: number }[] = []
  for (let n = 0; n < 3; n++) {
    const before = await worked()
    const { frames, seconds, longest } = await measure()
    const cost = (1000 * ((await worked()) - before)) / frames
    goes.push({ frames: frames / seconds, cost })
    console.log(
      `  scrolling ${what}: ${(frames / seconds).toFixed(1)} frames a second, longest frame ${longest.toFixed(0)} ms; ` +
        `${cost.toFixed(1)} ms of work a frame, enough for ${(1000 / cost).toFixed(0)} a second`,
    )
  }
  return {
    frames: Math.max(...goes.map((one) => one.frames)),
    cost: Math.min(...goes.map((one) => one.cost)),
  }
}
