import { resolveObjectURL } from 'node:buffer'
import { afterEach, describe, expect, test, vi } from 'vitest'
import type { ThumbnailAnswer } from '../../src/api/schema'
import { Thumbnails } from '../../src/api/thumbnails'

/** The place of a picture: its pack, its first and last byte, and the signature of its address. */
const at = (pack: string, start: number, end: number | null, signed = '1'): ThumbnailAnswer => ({
  url: `https://store/thumbs/job/${pack}?X-Amz-Signature=${signed}`,
  start,
  end,
})
const FIRST = at('one', 0, 3)
const SECOND = at('one', 3, null)

/** A store whose packs all hold the same bytes, and that answers on command. */
function store({ most = 400 } = {}) {
  const asked: { url: string; signal: AbortSignal; answer: (blob: Blob) => void; fail: () => void }[] = []
  const made = new Thumbnails(
    (url, signal) =>
      new Promise((answer, reject) => {
        const fail = () => reject(new Error('403'))
        signal.addEventListener('abort', fail)
        asked.push({ url, signal, answer, fail })
      }),
    most,
  )
  return { made, asked, answer: () => settled(() => asked.at(-1)!.answer(new Blob(['abcdef']))) }
}

async function settled(act?: () => void): Promise<void> {
  act?.()
  await new Promise((resolve) => setTimeout(resolve))
}

const nobody = () => undefined
const text = (url: string | null | undefined) => resolveObjectURL(url!)!.text()

afterEach(() => {
  vi.unstubAllGlobals()
})

describe('a pack', () => {
  test('is fetched once, however many of its pictures are looked at', async () => {
    const { made, asked, answer } = store()
    const told = [0, 0]
    made.watch(FIRST.url, () => told[0]!++)
    made.watch(SECOND.url, () => told[1]!++)
    expect(made.pictureOf(FIRST)).toBeUndefined()
    await answer()
    made.watch(FIRST.url, nobody)
    expect(await made.fetch(SECOND)).toBe(made.pictureOf(SECOND))
    expect(asked).toHaveLength(1)
    expect(told).toEqual([1, 1])
  })

  test('has its pictures cut out of it, each under one address', async () => {
    const { made, answer } = store()
    made.watch(FIRST.url, nobody)
    await answer()
    const picture = made.pictureOf(FIRST)
    expect(await text(picture)).toBe('abc')
    expect(resolveObjectURL(picture!)!.type).toBe('image/jpeg')
    expect(await text(made.pictureOf(SECOND))).toBe('def')
    expect(await text(made.pictureOf(at('one', 3, 5)))).toBe('de')
    expect(made.pictureOf({ ...FIRST })).toBe(picture)
  })

  test('whose address is signed anew stays the same', async () => {
    const { made, asked, answer } = store()
    made.watch(FIRST.url, nobody)
    await answer()
    const picture = made.pictureOf(FIRST)
    const again = at('one', 0, 3, '2')
    expect(made.pictureOf(again)).toBe(picture)
    made.watch(again.url, nobody)
    expect(asked).toHaveLength(1)
  })
})

describe('a pack that can’t be had', () => {
  test('is told, and asked for again by who looks at it next', async () => {
    const { made, asked, answer } = store()
    let told = 0
    made.watch(FIRST.url, () => told++)
    await settled(() => asked[0]!.fail())
    expect(made.pictureOf(FIRST)).toBeNull()
    expect(told).toBe(1)

    made.watch(FIRST.url, nobody)
    // A stand-in stays until there is a better picture.
    expect(made.pictureOf(FIRST)).toBeNull()
    await answer()
    expect(await text(made.pictureOf(FIRST))).toBe('abc')
    expect(told).toBe(2)
  })

  test('is had by the address of the next listing', async () => {
    const { made, asked, answer } = store()
    const leave = made.watch(FIRST.url, nobody)
    await settled(() => asked[0]!.fail())
    const again = at('one', 0, 3, '2')
    leave()
    made.watch(again.url, nobody)
    await answer()
    expect(asked.map((one) => one.url)).toEqual([FIRST.url, again.url])
    expect(await text(made.pictureOf(again))).toBe('abc')
  })

  test('is had by an address that was told while the one before was tried', async () => {
    const { made, asked, answer } = store()
    made.watch(FIRST.url, nobody)
    made.watch(at('one', 0, 3, '2').url, nobody)
    expect(asked).toHaveLength(1)
    await settled(() => asked[0]!.fail())
    expect(made.pictureOf(FIRST)).toBeUndefined()
    await answer()
    expect(asked).toHaveLength(2)
    expect(await text(made.pictureOf(FIRST))).toBe('abc')
  })

  test('is asked for again once there is a connection, if it is still looked at', async () => {
    const { made, asked } = store()
    made.watch(FIRST.url, nobody)
    const leave = made.watch(at('two', 0, 3).url, nobody)
    await settled(() => {
      for (const one of asked) one.fail()
    })
    await settled(leave)
    made.retry()
    made.retry()
    expect(asked.slice(2).map((one) => one.url)).toEqual([FIRST.url])
  })

  test('is one that the store refuses', async () => {
    vi.stubGlobal('fetch', async () => new Response('Request has expired', { status: 403 }))
    const made = new Thumbnails()
    expect(await made.fetch(FIRST)).toBeNull()
    vi.stubGlobal('fetch', async () => new Response('abcdef'))
    expect(await text(await made.fetch(SECOND))).toBe('def')
  })
})

describe('who hurries past', () => {
  test('has no pack fetched that nobody else looks at', async () => {
    const { made, asked } = store()
    const leave = made.watch(FIRST.url, nobody)
    const other = made.watch(SECOND.url, nobody)
    await settled(leave)
    expect(asked[0]!.signal.aborted).toBe(false)
    await settled(other)
    expect(asked[0]!.signal.aborted).toBe(true)
    expect(made.held).toBe(0)
    expect(made.pictureOf(FIRST)).toBeUndefined()
  })

  test('and is back at once has it fetched no second time', async () => {
    const { made, asked } = store()
    made.watch(FIRST.url, nobody)()
    made.watch(FIRST.url, nobody)
    await settled()
    expect(asked).toHaveLength(1)
    expect(asked[0]!.signal.aborted).toBe(false)
  })
})

describe('of many packs', () => {
  async function look(to: ReturnType<typeof store>, pack: string) {
    const leave = to.made.watch(at(pack, 0, 3).url, nobody)
    if (to.made.pictureOf(at(pack, 0, 3)) === undefined) await to.answer()
    return { picture: to.made.pictureOf(at(pack, 0, 3))!, leave: () => settled(leave) }
  }

  test('those that were left longest ago are given up, and their addresses with them', async () => {
    const to = store({ most: 2 })
    const one = await look(to, 'one')
    const two = await look(to, 'two')
    await one.leave()
    await two.leave()
    await (await look(to, 'one')).leave()
    await look(to, 'three')
    expect(to.made.held).toBe(2)
    expect(resolveObjectURL(two.picture)).toBeUndefined()
    expect(await text(one.picture)).toBe('abc')
    expect(to.made.pictureOf(at('two', 0, 3))).toBeUndefined()
  })

  test('none is given up that is looked at', async () => {
    const to = store({ most: 1 })
    const one = await look(to, 'one')
    const two = await look(to, 'two')
    expect(await text(one.picture)).toBe('abc')
    await one.leave()
    expect(resolveObjectURL(one.picture)).toBeUndefined()
    expect(await text(two.picture)).toBe('abc')
    expect(to.made.held).toBe(1)
  })
})
