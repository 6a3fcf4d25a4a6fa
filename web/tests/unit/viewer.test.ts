import { describe, expect, test } from 'vitest'
import type { FileAnswer } from '../../src/api/schema'
import { Ahead, kindOf, shownAs, worthwhile } from '../../src/pages/job/original'
import { whole } from '../../src/pages/job/useZoom'

const file = (id: string, more: Partial<FileAnswer> = {}): FileAnswer => ({
  id,
  job_id: 'job',
  original_filename: `${id}.jpg`,
  status: 'inspected',
  size_bytes: 5e6,
  content_type: 'image/jpeg',
  width: 4000,
  height: 3000,
  ...more,
})

describe('what a file is shown as', () => {
  test('by the type that was found in it, and only once it was looked at', () => {
    expect(
      ['image/jpeg', 'image/png', 'image/webp', 'image/avif', 'image/gif'].map((content_type) =>
        shownAs(file('a', { content_type })),
      ),
    ).toEqual(Array(5).fill('picture'))
    expect(shownAs(file('a', { content_type: 'video/quicktime' }))).toBe('film')
    expect(shownAs(file('a', { content_type: 'image/heic' }))).toBeNull()
    expect(shownAs(file('a', { content_type: 'image/tiff' }))).toBeNull()
    expect(shownAs(file('a', { status: 'rejected' }))).toBeNull()
  })

  test('its kind is told as people call it', () => {
    expect(kindOf(file('a', { content_type: 'image/heic' }))).toBe('HEIC')
    expect(kindOf(file('a', { content_type: 'video/quicktime' }))).toBe('MOV')
    expect(kindOf(file('a', { content_type: 'video/x-matroska' }))).toBe('MATROSKA')
    expect(kindOf(file('a', { content_type: null, original_filename: 'a.nii.gz' }))).toBe('GZ')
  })
})

describe('pictures that are fetched ahead', () => {
  function ahead() {
    const fetched: string[] = []
    const dropped: string[] = []
    const made = new Ahead(
      async ({ id }) => `https://store/${id}`,
      () => {
        let url = ''
        return {
          set src(next: string) {
            url = next
            fetched.push(next)
          },
          removeAttribute: () => dropped.push(url),
        } as unknown as HTMLImageElement
      },
    )
    return { made, fetched, dropped }
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve))

  test('are held as long as they are near, however far one goes', async () => {
    const { made, fetched, dropped } = ahead()
    for (let n = 1; n < 100; n++) {
      made.want([file(`${n + 1}`), file(`${n - 1}`)])
      await settled()
      expect(made.held.length).toBeLessThanOrEqual(2)
    }
    expect(new Set(fetched).size).toBe(101)
    expect(dropped).toHaveLength(fetched.length - 2)
  })

  test('are not fetched once they are not wanted any more', async () => {
    const { made, fetched } = ahead()
    made.want([file('1')])
    made.want([])
    await settled()
    expect(fetched).toEqual([])
    expect(made.held).toEqual([])
  })

  test('are asked for again where their address could not be had', async () => {
    let broken = true
    const made = new Ahead(
      async () => {
        if (broken) throw new Error('gone')
        return 'https://store/1'
      },
      () => ({}) as HTMLImageElement,
    )
    made.want([file('1')])
    await settled()
    expect(made.held).toEqual([])
    broken = false
    made.want([file('1')])
    await settled()
    expect(made.held).toEqual(['1'])
  })

  test('are none that would fill the memory, and none that aren’t shown', () => {
    expect(worthwhile(file('a'))).toBe(true)
    expect(worthwhile(file('a', { size_bytes: 31e6 }))).toBe(false)
    expect(worthwhile(file('a', { width: 10_000, height: 10_000 }))).toBe(false)
    expect(worthwhile(file('a', { content_type: 'video/mp4' }))).toBe(false)
    expect(worthwhile(file('a', { content_type: 'image/heic' }))).toBe(false)
  })
})

test('a picture is seen as a whole at first, and none larger than it is', () => {
  const box = { width: 1000, height: 500 }
  expect(whole({ width: 4000, height: 1000 }, box)).toBe(0.25)
  expect(whole({ width: 1000, height: 5000 }, box)).toBe(0.1)
  expect(whole({ width: 100, height: 100 }, box)).toBe(1)
  expect(whole({ width: 100, height: 100 }, { width: 0, height: 0 })).toBe(1)
})
