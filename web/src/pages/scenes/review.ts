// A review as values: the changes in their order, the one that is looked at, and what each key does to them.
import type { Status } from '../../api/plans'
import type { BulkDecision, ChangeAnswer, SceneOfPlan } from '../../api/schema'
import { clock } from './facts'

export type Counts = Readonly<Partial<Record<Status, number>>>

export interface Review {
  scenes: readonly SceneOfPlan[]
  /** Of the whole plan; null while it is unknown, after a decision about changes that aren't loaded. */
  counts: Counts | null
  /** The change that is looked at. */
  at: string | null
  /** Where the next page begins; null at the end. */
  cursor: string | null
}

export type Decision = 'pending' | 'approved' | 'rejected'

/** What is to be told to the API, in this order. */
export type Task =
  | { kind: 'one'; id: string; body: { status?: Decision; proposed_value?: unknown } }
  | { kind: 'many'; body: BulkDecision }

export type Step = readonly [Review, readonly Task[]]

const OUTCOMES: ReadonlySet<Status> = new Set(['applied', 'conflict', 'failed'])
export const settled = (change: ChangeAnswer): boolean => OUTCOMES.has(change.status)

export const EMPTY: Review = { scenes: [], counts: null, at: null, cursor: null }

export const changesOf = (review: Review): ChangeAnswer[] => review.scenes.flatMap((scene) => scene.changes)

/** How many changes that are loaded are undecided. */
export const undecided = (review: Review): number =>
  changesOf(review).filter((change) => change.status === 'pending').length

/** So many undecided changes ahead, and no page is fetched. */
const AHEAD = 40

/** Whether the next page is soon needed: where it has undecided changes, or one looks at the last that there are. */
export function soonMissed(review: Review): boolean {
  if (review.cursor === null) return false
  const all = changesOf(review)
  const behind = all.slice(all.findIndex((change) => change.id === review.at) + 1)
  const further = review.counts === null || (review.counts.pending ?? 0) > undecided(review)
  return (
    (further && behind.filter((change) => change.status === 'pending').length < AHEAD) || behind.length < 3
  )
}

/** A page more. Begins at what is not yet decided. */
export function withPage(
  review: Review,
  page: { items: readonly SceneOfPlan[]; counts: Counts; cursor: string | null },
): Review {
  const there = new Set(review.scenes.map((scene) => scene.scene_id))
  const scenes = [...review.scenes, ...page.items.filter((scene) => !there.has(scene.scene_id))]
  const all = scenes.flatMap((scene) => scene.changes)
  const first = all.find((change) => change.status === 'pending') ?? all[0]
  // What is looked at stays, unless nothing was left to decide where one was.
  const stays =
    all.some((change) => change.id === review.at) && (undecided(review) > 0 || first?.status !== 'pending')
  const at = stays ? review.at : (first?.id ?? null)
  return { scenes, counts: review.counts ?? page.counts, cursor: page.cursor, at }
}

export const look = (review: Review, id: string): Review => ({ ...review, at: id })

/** The change before or behind. */
export function move(review: Review, by: 1 | -1): Review {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)]
  return next ? look(review, next.id) : review
}

/** The first change of the scene before or behind. */
export function moveScene(review: Review, by: 1 | -1): Review {
  const next = review.scenes[sceneAt(review) + by]?.changes[0]
  return next ? look(review, next.id) : review
}

/** The next change that could not be carried out, behind this one or else from the start; null if none is loaded. */
export function nextFault(review: Review): Review | null {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const fault = (change: ChangeAnswer) => change.status === 'conflict' || change.status === 'failed'
  const behind = all.slice(at + 1).find(fault)
  // Those before come once all that is behind has been looked at.
  const next = behind ?? (review.cursor === null ? all.find(fault) : undefined)
  return next ? look(review, next.id) : null
}

const sceneAt = (review: Review): number =>
  review.scenes.findIndex((scene) => scene.changes.some((change) => change.id === review.at))

export const changeAt = (review: Review): ChangeAnswer | undefined =>
  changesOf(review).find((change) => change.id === review.at)

/** Decides the change that is looked at and goes on to the next that is undecided. */
export function decide(review: Review, status: Decision): Step {
  const change = changeAt(review)
  if (!change || settled(change)) return [review, []]
  const next = put(review, (one) => (one.id === change.id ? { ...one, status } : one))
  const task: Task = { kind: 'one', id: change.id, body: { status } }
  return [status === 'pending' ? next : onward(next), change.status === status ? [] : [task]]
}

/** Decides what is undecided of the scene that is looked at, and goes on to the next scene. */
export function decideRest(review: Review, status: Exclude<Decision, 'pending'>): Step {
  const scene = review.scenes[sceneAt(review)]
  if (!scene) return [review, []]
  const rest = new Set(scene.changes.filter((one) => one.status === 'pending').map((one) => one.id))
  const next = put(review, (one) => (rest.has(one.id) ? { ...one, status } : one))
  return [onward(next), [...rest].map((id): Task => ({ kind: 'one', id, body: { status } }))]
}

/** What is to be there instead of what was proposed: whoever writes it means it. */
export function edit(review: Review, id: string, value: unknown): Step {
  const change = changesOf(review).find((one) => one.id === id)
  if (!change || settled(change)) return [review, []]
  const next = put(review, (one) =>
    one.id === id ? { ...one, proposed_value: value, status: 'approved' } : one,
  )
  return [onward(look(next, id)), [{ kind: 'one', id, body: { proposed_value: value, status: 'approved' } }]]
}

/** Whether a decision about many means this change. */
export function means(body: BulkDecision, change: ChangeAnswer): boolean {
  if (settled(change)) return false
  if (body.action.endsWith('_field')) return change.field === body.field
  if (body.action.endsWith('_confidence')) return change.confidence >= (body.confidence ?? 0)
  return true
}

export const statusOf = (body: BulkDecision): 'approved' | 'rejected' =>
  body.action.startsWith('accept') ? 'approved' : 'rejected'

/** Decides many by one rule, and says again what had been decided otherwise: the rule is for what is left. */
export function decideMany(review: Review, body: BulkDecision): Step {
  const status = statusOf(body)
  const otherwise = changesOf(review).filter(
    (one) => means(body, one) && one.status !== 'pending' && one.status !== status,
  )
  const next = put(review, (one) => (means(body, one) && one.status === 'pending' ? { ...one, status } : one))
  const again = otherwise.map((one): Task => {
    return { kind: 'one', id: one.id, body: { status: one.status as Decision } }
  })
  return [
    onward({ ...next, counts: review.cursor === null ? next.counts : null }),
    [{ kind: 'many', body }, ...again],
  ]
}

/** Whether all decided otherwise than this rule says are loaded, so that it can be said again after the rule. */
export function allLoaded(review: Review, body: BulkDecision): boolean {
  if (review.cursor === null) return true
  const other: Status = statusOf(body) === 'approved' ? 'rejected' : 'approved'
  const here = changesOf(review).filter((one) => one.status === other).length
  return review.counts !== null && (review.counts[other] ?? 0) <= here
}

/** How many changes that are loaded and undecided a rule would decide. */
export const meant = (review: Review, body: BulkDecision): number =>
  changesOf(review).filter((one) => one.status === 'pending' && means(body, one)).length

/** To the next change that is undecided, behind this one or else from the start; if there is none, one on. */
function onward(review: Review): Review {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const open = (change: ChangeAnswer) => change.status === 'pending'
  // More may be undecided on pages to come: those before are for afterwards.
  const next =
    all.slice(at + 1).find(open) ?? (review.cursor === null ? all.find(open) : undefined) ?? all[at + 1]
  return next ? look(review, next.id) : review
}

/** With some changes replaced, the others as the very objects that they were, and the counts moved along. */
function put(review: Review, replace: (change: ChangeAnswer) => ChangeAnswer): Review {
  const counts: Partial<Record<Status, number>> = { ...review.counts }
  const scenes = review.scenes.map((scene) => {
    let touched = false
    const changes = scene.changes.map((before) => {
      const after = replace(before)
      if (after === before) return before
      touched = true
      counts[before.status] = (counts[before.status] ?? 0) - 1
      counts[after.status] = (counts[after.status] ?? 0) + 1
      return after
    })
    return touched ? { ...scene, changes } : scene
  })
  return { ...review, scenes, counts: review.counts && counts }
}

// -- keys ------------------------------------------------------------------------------------------------------------

export type Act =
  | 'accept'
  | 'reject'
  | 'open'
  | 'edit'
  | 'next'
  | 'previous'
  | 'nextScene'
  | 'previousScene'
  | 'acceptRest'
  | 'rejectRest'
  | 'fault'
  | 'many'
  | 'apply'
  | 'keys'

/** In the order in which they are listed. */
export const KEYS: readonly (readonly [Act, readonly string[]])[] = [
  ['accept', ['a']],
  ['reject', ['x']],
  ['edit', ['e']],
  ['open', ['u']],
  ['next', ['j', 'ArrowDown']],
  ['previous', ['k', 'ArrowUp']],
  ['nextScene', ['n']],
  ['previousScene', ['p']],
  ['acceptRest', ['A']],
  ['rejectRest', ['X']],
  ['fault', ['c']],
  ['many', ['m']],
  ['apply', ['y']],
  ['keys', ['?']],
]

const ACTS = new Map(KEYS.flatMap(([act, keys]) => keys.map((key) => [key, act] as const)))

export interface Pressed {
  key: string
  ctrlKey: boolean
  metaKey: boolean
  altKey: boolean
}

/** What a key does; nothing with a modifier that belongs to the browser, and nothing behind a `g`, which leads away. */
export function actOf(pressed: Pressed, behindG = false): Act | undefined {
  if (pressed.ctrlKey || pressed.metaKey || pressed.altKey || behindG) return undefined
  return ACTS.get(pressed.key)
}

// -- values ----------------------------------------------------------------------------------------------------------

export interface MarkerValue {
  title: string
  seconds: number
}

export const isMarker = (value: unknown): value is MarkerValue =>
  typeof value === 'object' && value !== null && 'seconds' in value

/** A value of any field as text. */
export function valueText(value: unknown): string {
  if (value === null || value === undefined) return ''
  if (Array.isArray(value)) return value.map(valueText).join(', ')
  if (isMarker(value)) return `${clock(value.seconds)} ${value.title}`
  return typeof value === 'object' ? JSON.stringify(value) : String(value)
}
