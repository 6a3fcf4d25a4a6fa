import { describe, expect, test } from 'vitest'
import type { ChangeAnswer, SceneAnswer } from '../../src/api/schema'
import { changesOfForm } from '../../src/pages/scenes/EditScene'
import { clock, resolution, secondsOf } from '../../src/pages/scenes/facts'
import { joined, Outbox } from '../../src/pages/scenes/outbox'
import {
  actOf,
  allLoaded,
  changesOf,
  decide,
  decideMany,
  decideRest,
  EMPTY,
  edit,
  KEYS,
  look,
  meant,
  move,
  moveScene,
  nextFault,
  type Review,
  soonMissed,
  type Task,
  valueText,
  withPage,
} from '../../src/pages/scenes/review'
import { chosenWith } from '../../src/pages/scenes/SceneGrid'
import { changed, filtersOf, queryOf, setOf, wantedOf, withName } from '../../src/pages/scenes/wanted'

const wanted = (address: string) => wantedOf(new URLSearchParams(address))

describe('the filters of scenes', () => {
  test('all of them stand in the address, and go to the API in its words', () => {
    const address =
      'q=lake&studio=9&performers=5,6&tags=1&without=2,3&organized=no&analyzed=yes&absent=no&active=yes' +
      '&from=2014-01-01&to=2014-12-31&sort=-duration&page=3&view=table'
    expect(queryOf(wanted(address))).toBe(
      'search=lake&studio_id=9&performer_ids=5%2C6&tag_ids=1&exclude_tag_ids=2%2C3&organized=false&analyzed=true' +
        '&absent=false&has_active_jobs=true&date_from=2014-01-01&date_to=2014-12-31&sort_by=duration' +
        '&sort_order=desc&page=3&per_page=48',
    )
    expect(wanted(address).view).toBe('table')
    expect(setOf(wanted(address))).toHaveLength(11)
  })

  test('nonsense is as if it weren’t there', () => {
    const address =
      'studio=a%20b&tags=,%23,1,1&organized=maybe&from=2014-02-31&to=soon&sort=secret&page=-1&view=cubes'
    expect(queryOf(wanted(address))).toBe('tag_ids=1&sort_by=created_date&sort_order=desc&page=1&per_page=48')
    expect(wanted('page=1.5').page).toBe(1)
    expect(wanted('page=99999999').page).toBe(1)
    expect(wanted(`tags=${Array.from({ length: 140 }, (_, n) => n).join()}`).tags).toHaveLength(100)
    expect(setOf(wanted(''))).toEqual([])
  })

  test('another question begins at its first page, another view or page keeps it', () => {
    const before = new URLSearchParams('q=lake&page=4')
    expect(changed(before, { tags: '1' }).toString()).toBe('q=lake&tags=1')
    expect(changed(before, { q: '' }).toString()).toBe('')
    expect(changed(before, { view: 'table' }).toString()).toBe('q=lake&page=4&view=table')
    expect(changed(before, { page: '5' }).get('page')).toBe('5')
  })

  test('a plan is asked for with the same filters, without order and page', () => {
    expect(filtersOf(wanted('q= lake &organized=no&page=2&sort=title'))).toEqual({
      search: 'lake',
      organized: false,
    })
    expect(wanted(withName('studios', '9').split('?')[1] ?? '').studio).toBe('9')
  })

  test('a selection reaches over pages', () => {
    const page = [{ id: 'a' }, { id: 'b' }]
    expect([...chosenWith(new Set(['z']), page, 'all')]).toEqual(['z', 'a', 'b'])
    expect([...chosenWith(new Set(['z', 'a']), page, new Set(['b', 'z']))]).toEqual(['z', 'b'])
  })
})

// -- the review ------------------------------------------------------------------------------------------------------

const change = (id: string, more: Partial<ChangeAnswer> = {}): ChangeAnswer => ({
  id,
  scene_id: id[0]!,
  field: 'tags',
  action: 'add',
  current_value: null,
  proposed_value: 'lake',
  confidence: 0.8,
  reason: '',
  source: 'rules',
  status: 'pending',
  message: null,
  ...more,
})

const scene = (id: string, changes: ChangeAnswer[]) => ({ scene_id: id, title: id, path: null, changes })

function review(cursor: string | null = null): Review {
  const items = [
    scene('a', [
      change('a0', { field: 'studio', confidence: 0.95 }),
      change('a1'),
      change('a2', { status: 'rejected' }),
    ]),
    scene('b', [change('b0', { confidence: 0.9 }), change('b1', { status: 'applied' })]),
    scene('c', [change('c0', { field: 'date', confidence: 0.7 })]),
  ]
  return withPage(EMPTY, { items, counts: { pending: 4, rejected: 1, applied: 1 }, cursor })
}

const statuses = (of: Review) => changesOf(of).map((one) => `${one.id} ${one.status}`)

describe('a review', () => {
  test('begins at what is undecided, and a decision goes on to the next of these', () => {
    const begun = review()
    expect(begun.at).toBe('a0')
    const [one, tasks] = decide(begun, 'approved')
    expect(tasks).toEqual([{ kind: 'one', id: 'a0', body: { status: 'approved' } }])
    expect(one.at).toBe('a1')
    expect(one.counts).toEqual({ pending: 3, approved: 1, rejected: 1, applied: 1 })
    const [two] = decide(one, 'rejected')
    expect(two.at, 'past what is decided already').toBe('b0')
    // Changes that were skipped come last.
    const [last] = decide(look(begun, 'c0'), 'approved')
    expect(last.at).toBe('a0')
  })

  test('what is carried out can’t be decided any more, and saying the same again tells nothing', () => {
    const applied = look(review(), 'b1')
    expect(decide(applied, 'rejected')).toEqual([applied, []])
    expect(edit(applied, 'b1', 'x')).toEqual([applied, []])
    const [again, tasks] = decide(look(review(), 'a2'), 'rejected')
    expect(tasks).toEqual([])
    expect(again.at).toBe('b0')
  })

  test('undecided again stays where it is', () => {
    const [back, tasks] = decide(look(review(), 'a2'), 'pending')
    expect(back.at).toBe('a2')
    expect(tasks).toEqual([{ kind: 'one', id: 'a2', body: { status: 'pending' } }])
    expect(back.counts).toMatchObject({ pending: 5, rejected: 0 })
  })

  test('the rest of a scene is what is undecided of it', () => {
    const [next, tasks] = decideRest(review(), 'approved')
    expect(tasks.map((task) => task.kind === 'one' && task.id)).toEqual(['a0', 'a1'])
    expect(next.at).toBe('b0')
    expect(statuses(next).slice(0, 3)).toEqual(['a0 approved', 'a1 approved', 'a2 rejected'])
  })

  test('a value of one’s own is accepted with it', () => {
    const [next, tasks] = edit(review(), 'a1', 'sea')
    expect(tasks).toEqual([{ kind: 'one', id: 'a1', body: { proposed_value: 'sea', status: 'approved' } }])
    expect(changesOf(next)[1]).toMatchObject({ proposed_value: 'sea', status: 'approved' })
    expect(next.at, 'on to the next that is undecided').toBe('b0')
  })

  test('values of any field are told as text', () => {
    expect(
      [null, 'lake', ['a', 'b'], { title: 'Gate', seconds: 95 }, { any: 1 }].map((value) => valueText(value)),
    ).toEqual(['', 'lake', 'a, b', '1:35 Gate', '{"any":1}'])
  })

  test('one moves by changes and by scenes, and no further than there are', () => {
    expect(move(review(), 1).at).toBe('a1')
    expect(move(review(), -1).at).toBe('a0')
    expect(moveScene(look(review(), 'a2'), 1).at).toBe('b0')
    expect(moveScene(look(review(), 'c0'), 1).at).toBe('c0')
  })

  test('the next conflict or failure is found from here on, then from the start', () => {
    const items = [
      scene('a', [change('a0', { status: 'failed' }), change('a1')]),
      scene('b', [change('b0', { status: 'conflict' }), change('b1')]),
    ]
    const some = withPage(EMPTY, { items, counts: {}, cursor: null })
    expect(nextFault(look(some, 'a1'))?.at).toBe('b0')
    expect(nextFault(look(some, 'b1'))?.at).toBe('a0')
    expect(nextFault({ ...look(some, 'b1'), cursor: 'b' }), 'there may be one further on').toBeNull()
    expect(nextFault(review())).toBeNull()
  })

  test('a rule is for what is undecided: what was decided otherwise is said again behind it', () => {
    const [next, tasks] = decideMany(review(), { action: 'accept_by_field', field: 'tags' })
    expect(statuses(next)).toEqual([
      'a0 pending',
      'a1 approved',
      'a2 rejected',
      'b0 approved',
      'b1 applied',
      'c0 pending',
    ])
    expect(tasks).toEqual([
      { kind: 'many', body: { action: 'accept_by_field', field: 'tags' } },
      { kind: 'one', id: 'a2', body: { status: 'rejected' } },
    ])
    const sure = { action: 'accept_by_confidence', confidence: 0.9 } as const
    expect(meant(review(), sure)).toBe(2)
    expect(decideMany(review(), sure)[1]).toHaveLength(1)
    expect(meant(review(), { action: 'reject_all' })).toBe(4)
  })

  test('a rule over changes that aren’t loaded leaves the counting to the API', () => {
    const part = review('c')
    expect(decideMany(part, { action: 'accept_all' })[0].counts).toBeNull()
    expect(allLoaded(part, { action: 'accept_all' })).toBe(true)
    const more = { ...part, counts: { ...part.counts, rejected: 2 } }
    expect(allLoaded(more, { action: 'accept_all' }), 'one rejected is on a page to come').toBe(false)
    expect(allLoaded({ ...more, cursor: null }, { action: 'accept_all' })).toBe(true)
  })

  test('scenes that a decision doesn’t touch stay the very same objects, so that only few lines are drawn', () => {
    const before = review()
    const [after] = decide(before, 'approved')
    expect(after.scenes[0]).not.toBe(before.scenes[0])
    expect(after.scenes[1]).toBe(before.scenes[1])
    expect(after.scenes[0]!.changes[1]).toBe(before.scenes[0]!.changes[1])
  })

  test('the next page is fetched where it may have something to decide, not for its own sake', () => {
    const part = review('c')
    expect(soonMissed({ ...part, counts: { pending: 5 } }), 'one is on a page to come').toBe(true)
    expect(soonMissed(part), 'all that is undecided is here').toBe(false)
    expect(soonMissed({ ...part, counts: null }), 'nobody knows').toBe(true)
    expect(soonMissed(look(part, 'c0')), 'at the end of what is here').toBe(true)
    expect(soonMissed({ ...part, counts: null, cursor: null })).toBe(false)
  })

  test('where nothing was left to decide, a page with something goes there', () => {
    const [done] = decideMany(review('c'), { action: 'accept_all' })
    const more = { items: [scene('d', [change('d0')])], counts: {}, cursor: null }
    expect(withPage(done, more).at).toBe('d0')
    expect(withPage(review('c'), more).at).toBe('a0')
  })

  test('a page that comes twice is one page', () => {
    const twice = withPage(review('c'), { items: [scene('c', [change('c0')])], counts: {}, cursor: null })
    expect(changesOf(twice)).toHaveLength(6)
    expect(twice.at).toBe('a0')
  })
})

const press = (key: string, more = {}) => ({ key, ctrlKey: false, metaKey: false, altKey: false, ...more })

describe('the keys of a review', () => {
  test('each does one thing, and none is listed twice', () => {
    const keys = KEYS.flatMap(([, names]) => names)
    expect(new Set(keys).size).toBe(keys.length)
    expect(actOf(press('a'))).toBe('accept')
    expect(actOf(press('A'))).toBe('acceptRest')
    expect(actOf(press('ArrowDown'))).toBe('next')
    expect(actOf(press('z'))).toBeUndefined()
  })

  test('the browser’s own are left alone, and so is a letter behind g, which leads to another page', () => {
    expect(actOf(press('a', { ctrlKey: true }))).toBeUndefined()
    expect(actOf(press('a', { metaKey: true }))).toBeUndefined()
    expect(actOf(press('j'), true)).toBeUndefined()
    // Those letters must not leave a review by accident.
    expect(actOf(press('g'))).toBeUndefined()
  })
})

const one = (id: string, status: 'approved' | 'rejected' | 'pending' = 'approved'): Task => ({
  kind: 'one',
  id,
  body: { status },
})
const rule: Task = { kind: 'many', body: { action: 'accept_all' } }

describe('what is still to be told', () => {
  test('the last word on a change counts, but never across a rule', () => {
    expect(joined([one('a'), one('b')], one('a', 'rejected'))).toEqual([one('a', 'rejected'), one('b')])
    expect(joined([one('a'), rule], one('a', 'rejected'))).toEqual([one('a'), rule, one('a', 'rejected')])
    const valued: Task = { kind: 'one', id: 'a', body: { proposed_value: 'sea', status: 'approved' } }
    expect(joined([valued], one('a', 'rejected'))).toEqual([
      { kind: 'one', id: 'a', body: { proposed_value: 'sea', status: 'rejected' } },
    ])
  })

  test('is told in order, one at a time, while more is added', async () => {
    const told: Task[] = []
    let running = 0
    const outbox = new Outbox(async (task) => {
      expect(++running).toBe(1)
      await Promise.resolve()
      told.push(task)
      running--
    })
    outbox.add([one('a'), one('b')])
    expect(outbox.left()).toBe(2)
    outbox.add([rule, one('c')])
    await outbox.done()
    expect(told).toEqual([one('a'), one('b'), rule, one('c')])
    expect(outbox.left()).toBe(0)
    await outbox.done()
  })

  test('stops at what is refused, says so, and goes on with what comes later', async () => {
    const told: Task[] = []
    const refused: unknown[] = []
    const outbox = new Outbox(async (task) => {
      if (task.kind === 'one' && task.id === 'a') throw new Error('no')
      told.push(task)
    })
    outbox.onRefused = (error) => refused.push(error)
    outbox.add([one('a'), one('b')])
    await outbox.done()
    expect(refused).toEqual([new Error('no')])
    expect(told, 'what was decided behind it is not told').toEqual([])
    outbox.add([one('c')])
    await outbox.done()
    expect(told).toEqual([one('c')])
  })
})

describe('a scene', () => {
  const read = {
    title: 'walk.mp4',
    paths: ['D:\\videos\\walk.mp4'],
    scene_date: '2014',
    rating100: null,
    director: null,
    code: 'A1',
    details: 'By the lake',
    organized: false,
  } as unknown as SceneAnswer
  const form = {
    title: '',
    scene_date: '2014',
    rating100: '',
    director: '',
    code: 'A1',
    details: 'By the lake',
    organized: false,
  }

  test('sends what differs, empties what is emptied, and takes the name of its file for no title', () => {
    expect(changesOfForm(read, form)).toEqual({})
    expect(
      changesOfForm(read, { ...form, title: ' Walk ', code: '', rating100: '80', organized: true }),
    ).toEqual({
      title: 'Walk',
      code: null,
      rating100: 80,
      organized: true,
    })
  })

  test('has times and sizes as players and people write them', () => {
    expect([clock(0), clock(59.6), clock(3723)]).toEqual(['0:00', '1:00', '1:02:03'])
    expect([
      secondsOf('1:02:03'),
      secondsOf('12:30'),
      secondsOf('9.5'),
      secondsOf('soon'),
      secondsOf(''),
    ]).toEqual([3723, 750, 9.5, null, null])
    expect([
      resolution(1920, 1080),
      resolution(1080, 1920),
      resolution(3840, 2160),
      resolution(null, 3),
    ]).toEqual(['1080p', '1080p', '4K', ''])
  })
})
