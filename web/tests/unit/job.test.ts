import { describe, expect, test } from 'vitest'
import { pace } from '../../src/api/queries'
import type { FileAnswer, FilesPage, JobSummary } from '../../src/api/schema'
import { fieldsOf, filled } from '../../src/pages/drop/fields'
import { arrange, type View } from '../../src/pages/job/arrange'
import { FileBook, PAGE } from '../../src/pages/job/book'
import { pageOf } from '../../src/pipelines'
import { marks } from '../../src/ui/BarChart'
import { stillGoing } from '../../src/ui/Ongoing'

const answer = (number: number, more: Partial<FileAnswer> = {}): FileAnswer => ({
  id: `job-${number}`,
  job_id: 'job',
  original_filename: `photo ${number}.jpg`,
  status: 'inspected',
  size_bytes: number,
  ...more,
})
const plain: View = { text: '', value: '', state: '', sort: 'number', grouped: '' }
const media = pageOf('media')

describe('polling', () => {
  test('keeps the server’s pace, is slower when hidden, and backs off on errors', () => {
    expect(pace(2, 0, false)).toBe(2000)
    expect(pace(2, 0, true)).toBe(30_000)
    expect(pace(2, 1, false)).toBe(4000)
    expect(pace(2, 9, false)).toBe(60_000)
    expect(pace(120, 3, false)).toBe(120_000)
  })
})

describe('arranging files', () => {
  const files = [
    answer(0, {
      confidence: 'low',
      detected_timestamp: '2024-03-01T00:00:00Z',
      original_filename: 'IMG_10.jpg',
    }),
    answer(1, {
      confidence: 'high',
      detected_timestamp: '2024-01-01T00:00:00Z',
      original_filename: 'IMG_9.jpg',
    }),
    answer(2, { status: 'rejected', original_filename: 'broken.jpg' }),
    undefined,
  ]

  test('without a wish, files that are not loaded yet have their place', () => {
    expect(arrange(files, plain, media)).toEqual([{ key: 'all', members: [0, 1, 2, 3] }])
  })

  test('months stand in their order, backwards where the files do, and what has no time behind them', () => {
    const keys = (sort: string) =>
      arrange(files, { ...plain, grouped: 'month', sort }, media).map(({ key, members }) => [key, members])
    expect(keys('number')).toEqual([
      ['2024-01', [1]],
      ['2024-03', [0]],
      ['', [2]],
    ])
    expect(keys('-timestamp').map(([key]) => key)).toEqual(['2024-03', '2024-01', ''])
    expect(keys('filename').map(([key]) => key)).toEqual(['2024-01', '2024-03', ''])
  })

  test('names count as people count, and what has no time comes last either way', () => {
    const members = (more: Partial<View>) => arrange(files, { ...plain, ...more }, media)[0]!.members
    expect(members({ sort: 'filename' })).toEqual([2, 1, 0])
    expect(members({ sort: 'timestamp' })).toEqual([1, 0, 2])
    expect(members({ sort: '-timestamp' })).toEqual([0, 1, 2])
    expect(members({ sort: '-size' })).toEqual([2, 1, 0])
    expect(members({ text: 'img' })).toEqual([0, 1])
    expect(members({ state: 'rejected' })).toEqual([2])
    expect(members({ value: 'high' })).toEqual([1])
  })

  test('what belongs to another file has no tile of its own, until it is searched for', () => {
    const group = (role: string) => ({ group: 1, group_role: role }) as Partial<FileAnswer>
    const pair = [answer(0, group('primary')), answer(1, group('motion')), undefined]
    const members = (more: Partial<View>) => arrange(pair, { ...plain, ...more }, media)[0]!.members
    expect(members({})).toEqual([0, 2])
    expect(members({ sort: '-size' })).toEqual([0])
    expect(members({ text: 'photo' })).toEqual([0, 1])
    expect(members({ state: 'inspected' })).toEqual([0, 1])
  })

  test('what is left of a group whose photo was deleted has a tile of its own', () => {
    const left = [answer(0), answer(1, { group: 9, group_role: 'motion' } as Partial<FileAnswer>)]
    expect(arrange(left, plain, media)[0]!.members).toEqual([0, 1])
  })

  test('months are those of the clock where a photo was taken', () => {
    const tokyo = { detected_timestamp: '2023-12-31T15:10:00Z', taken_local: '2024-01-01T00:10:00' }
    const files = [answer(0, tokyo)]
    expect(arrange(files, { ...plain, grouped: 'month' }, media)[0]!.key).toBe('2024-01')
  })

  test('groups are all named, from the surest to those without a time', () => {
    expect(arrange(files, { ...plain, grouped: 'confidence' }, media)).toEqual([
      { key: 'high', members: [1] },
      { key: 'medium', members: [] },
      { key: 'low', members: [0] },
      { key: 'none', members: [2] },
    ])
  })
})

describe('the book of a job’s files', () => {
  const total = 3 * PAGE
  function book(status: FileAnswer['status'] = 'inspected') {
    const asked: number[] = []
    const made = new FileBook('job', async (_, page) => {
      asked.push(page)
      const items = Array.from({ length: PAGE }, (__, n) => answer((page - 1) * PAGE + n, { status }))
      return { items, total, page, per_page: PAGE, pages: 3 } satisfies FilesPage
    })
    return { made, asked }
  }
  const settled = () => new Promise((resolve) => setTimeout(resolve, 20))

  test('what is looked at comes first, the rest follows, each page once', async () => {
    const { made, asked } = book()
    made.files.length = total
    made.look([2 * PAGE + 5])
    const stop = made.watch(() => undefined)
    await settled()
    expect(asked).toEqual([3, 1, 2])
    expect(made.loaded).toBe(total)
    made.refresh()
    await settled()
    expect(asked).toHaveLength(3)
    stop()
  })

  test('pages with files that are still being inspected are asked for again', async () => {
    const { made, asked } = book('inspecting')
    made.expect(total)
    const stop = made.watch(() => undefined)
    await settled()
    made.refresh()
    await settled()
    expect(asked.slice(3).sort()).toEqual([1, 2, 3])
    stop()
  })

  test('an error stops the fetching until somebody asks for another try', async () => {
    let broken = true
    const made = new FileBook('job', async () => {
      if (broken) throw new Error('gone')
      return { items: [answer(0)], total: 1, page: 1, per_page: PAGE, pages: 1 }
    })
    const stop = made.watch(() => undefined)
    made.expect(1)
    await settled()
    expect(made.error).toBeInstanceOf(Error)
    broken = false
    made.retry()
    await settled()
    expect(made.files[0]?.id).toBe('job-0')
    stop()
  })
})

describe('the form of a pipeline’s options', () => {
  const schema = {
    properties: {
      email: { anyOf: [{ type: 'string', maxLength: 254 }, { type: 'null' }], default: null, title: 'Email' },
      year: { type: 'integer', minimum: 1826, maximum: 2100, default: 2000 },
      distance: { type: 'integer', minimum: 0, maximum: 10, default: 6 },
      keep: { type: 'boolean', default: true },
      kind: { enum: ['both', 'none'], default: 'both', type: 'string' },
      names: { type: 'object', additionalProperties: { type: 'string' } },
    },
  }

  test('each kind of option gets the field that suits it', () => {
    expect(fieldsOf(schema).map((field) => [field.name, field.kind])).toEqual([
      ['email', 'text'],
      ['year', 'number'],
      ['distance', 'range'],
      ['keep', 'switch'],
      ['kind', 'choice'],
      ['names', 'pairs'],
    ])
  })

  test('a title that says no more than the name is written as words, any other as it is', () => {
    const titles = fieldsOf({
      properties: {
        region_names: { type: 'string', title: 'Region Names' },
        year: { type: 'integer', title: 'Earliest Year of All' },
        keep: { type: 'boolean' },
      },
    })
    expect(titles.map((field) => field.title)).toEqual(['Region names', 'Earliest Year of All', 'Keep'])
  })

  test('defaults are sent, and what is empty is not', () => {
    expect(filled(schema, { distance: 3 })).toEqual({ year: 2000, distance: 3, keep: true, kind: 'both' })
  })
})

describe('charts', () => {
  test('marks are round, reach the highest value, and are whole where halves make no sense', () => {
    expect(marks(33_485)).toEqual([0, 10_000, 20_000, 30_000, 40_000])
    expect(marks(0)).toEqual([0, 1])
    expect(marks(2, true)).toEqual([0, 1, 2])
    expect(marks(0.8).at(-1)).toBeGreaterThanOrEqual(0.8)
    for (let most = 1; most < 60; most++)
      expect(marks(most, true).every(Number.isInteger), `${most}`).toBe(true)
  })
})

test('offered again are only jobs that went on when the page was opened, and still do', () => {
  const job = (id: string, status: JobSummary['status']) => ({ id, status }) as JobSummary
  const jobs = [
    job('new', 'running'),
    job('old', 'paused'),
    job('over', 'completed'),
    job('closed', 'queued'),
  ]
  expect(
    stillGoing(jobs, new Set(['old', 'over', 'closed']), new Set(['closed'])).map(({ id }) => id),
  ).toEqual(['old'])
})

describe('files that go into the bin', () => {
  const page = (ids: readonly string[]) =>
    ({ items: ids.map((id) => ({ id, status: 'inspected' })), total: ids.length }) as unknown as FilesPage
  const settled = () => new Promise((resolve) => setTimeout(resolve))

  test('leave the list at once, and what is behind them is asked for again', async () => {
    let ids = ['a', 'b', 'c', 'd']
    const book = new FileBook('j', async () => page(ids))
    book.watch(() => undefined)
    book.expect(4, true)
    await settled()
    ids = ['a', 'c', 'd']
    book.remove(new Set(['b']))
    expect(book.files.map((file) => file?.id)).toEqual(ids)
    book.expect(3, true)
    await settled()
    expect(book.files.map((file) => file?.id)).toEqual(ids)
    ids = ['a', 'b', 'c', 'd']
    book.expect(4, true)
    book.refresh(true)
    await settled()
    expect(book.files.map((file) => file?.id)).toEqual(ids)
  })

  test('an answer from before makes the list no longer', async () => {
    const book = new FileBook('j', async () => page(['a', 'b', 'c']))
    book.watch(() => undefined)
    book.expect(2, true)
    await settled()
    expect(book.files).toHaveLength(2)
  })
})

describe('a jump to a date', () => {
  test('leads to the first file of the nearest day that there is', async () => {
    const { nearest } = await import('../../src/pages/job/Months')
    const days = ['2024-06-05', '', '2020-02-29', '2019-12-31', '2020-02-29', '2020-02-27']
    expect(nearest(days, '2020-02-29')).toBe(2)
    expect(nearest(days, '2020-02-28')).toBe(5)
    expect(nearest(days, '2031-01-01')).toBe(0)
    expect(nearest(days, '1900-01-01')).toBe(3)
    for (const wanted of ['', '2020-02', '2020-02-31x', '2020-13-01'])
      expect(nearest(days, wanted)).toBeUndefined()
    expect(nearest(['', ''], '2020-01-01')).toBeUndefined()
  })
})
