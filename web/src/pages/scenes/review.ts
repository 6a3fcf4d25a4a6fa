// A review as values: the changes in their order, the current one, and the effect of each key.
import type { Status } from '../../api/plans'
import type { BulkDecision, ChangeAnswer, SceneOfPlan } from '../../api/schema'
import { clock } from './facts'

export type Counts = Readonly<Partial<Record<Status, number>>>

export interface Review {
  scenes: readonly SceneOfPlan[]
  /** The counts of the whole plan; null while unknown, after a decision about changes that aren't loaded. */
  counts: Counts | null
  /** The current change. */
  at: string | null
  /** Where the next page begins; null at the end. */
  cursor: string | null
}

export type Decision = 'pending' | 'approved' | 'rejected'

/** The decisions to send to the API, in this order. */
export type Task =
  | { kind: 'one'; id: string; body: { status?: Decision; proposed_value?: unknown } }
  | { kind: 'many'; body: BulkDecision }

export type Step = readonly [Review, readonly Task[]]

const OUTCOMES: ReadonlySet<Status> = new Set(['applied', 'conflict', 'failed'])
export const settled = (change: ChangeAnswer): boolean => OUTCOMES.has(change.status)

export const EMPTY: Review = { scenes: [], counts: null, at: null, cursor: null }

export const changesOf = (review: Review): ChangeAnswer[] => review.scenes.flatMap((scene) => scene.changes)

/** The number of loaded changes that are undecided. */
export const undecided = (review: Review): number =>
  changesOf(review).filter((change) => change.status === 'pending').length

/** The number of undecided changes ahead from which no page is fetched. */
const AHEAD = 40

/** Whether the next page is needed soon: few undecided changes are left, or the current one is the last that is
 * loaded. */
export function soonMissed(review: Review): boolean {
  if (review.cursor === null) return false
  const all = changesOf(review)
  const behind = all.slice(all.findIndex((change) => change.id === review.at) + 1)
  const further = review.counts === null || (review.counts.pending ?? 0) > undecided(review)
  return (
    (further && behind.filter((change) => change.status === 'pending').length < AHEAD) || behind.length < 3
  )
}

/** Adds a page. A review begins at the first undecided change. */
export function withPage(
  review: Review,
  page: { items: readonly SceneOfPlan[]; counts: Counts; cursor: string | null },
): Review {
  const there = new Set(review.scenes.map((scene) => scene.scene_id))
  const scenes = [...review.scenes, ...page.items.filter((scene) => !there.has(scene.scene_id))]
  const all = scenes.flatMap((scene) => scene.changes)
  const first = all.find((change) => change.status === 'pending') ?? all[0]
  // The current change stays, unless nothing was left to decide there.
  const stays =
    all.some((change) => change.id === review.at) && (undecided(review) > 0 || first?.status !== 'pending')
  const at = stays ? review.at : (first?.id ?? null)
  return { scenes, counts: review.counts ?? page.counts, cursor: page.cursor, at }
}

export const look = (review: Review, id: string): Review => ({ ...review, at: id })

/** Moves to the previous or next change. */
export function move(review: Review, by: 1 | -1): Review {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const next = all[Math.min(Math.max(at + by, 0), all.length - 1)]
  return next ? look(review, next.id) : review
}

/** Moves to the first change of the previous or next scene. */
export function moveScene(review: Review, by: 1 | -1): Review {
  const next = review.scenes[sceneAt(review) + by]?.changes[0]
  return next ? look(review, next.id) : review
}

/** The next change that could not be applied, after this one or else from the start; null if none is loaded. */
export function nextFault(review: Review): Review | null {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const fault = (change: ChangeAnswer) => change.status === 'conflict' || change.status === 'failed'
  const behind = all.slice(at + 1).find(fault)
  // Earlier ones come once all later ones have been seen.
  const next = behind ?? (review.cursor === null ? all.find(fault) : undefined)
  return next ? look(review, next.id) : null
}

const sceneAt = (review: Review): number =>
  review.scenes.findIndex((scene) => scene.changes.some((change) => change.id === review.at))

export const changeAt = (review: Review): ChangeAnswer | undefined =>
  changesOf(review).find((change) => change.id === review.at)

/** Decides the current change and moves to the next undecided one. */
export function decide(review: Review, status: Decision): Step {
  const change = changeAt(review)
  if (!change || settled(change)) return [review, []]
  const next = put(review, (one) => (one.id === change.id ? { ...one, status } : one))
  const task: Task = { kind: 'one', id: change.id, body: { status } }
  return [status === 'pending' ? next : onward(next), change.status === status ? [] : [task]]
}

/** Decides the undecided changes of the current scene, and moves to the next scene. */
export function decideRest(review: Review, status: Exclude<Decision, 'pending'>): Step {
  const scene = review.scenes[sceneAt(review)]
  if (!scene) return [review, []]
  const rest = new Set(scene.changes.filter((one) => one.status === 'pending').map((one) => one.id))
  const next = put(review, (one) => (rest.has(one.id) ? { ...one, status } : one))
  return [onward(next), [...rest].map((id): Task => ({ kind: 'one', id, body: { status } }))]
}

/** Sets another value than the proposed one, which also approves the change. */
export function edit(review: Review, id: string, value: unknown): Step {
  const change = changesOf(review).find((one) => one.id === id)
  if (!change || settled(change)) return [review, []]
  const next = put(review, (one) =>
    one.id === id ? { ...one, proposed_value: value, status: 'approved' } : one,
  )
  return [onward(look(next, id)), [{ kind: 'one', id, body: { proposed_value: value, status: 'approved' } }]]
}

/** Whether a decision about many applies to this change. */
export function means(body: BulkDecision, change: ChangeAnswer): boolean {
  if (settled(change)) return false
  if (body.action.endsWith('_field')) return change.field === body.field
  if (body.action.endsWith('_confidence')) return change.confidence >= (body.confidence ?? 0)
  return true
}

export const statusOf = (body: BulkDecision): 'approved' | 'rejected' =>
  body.action.startsWith('accept') ? 'approved' : 'rejected'

/** Decides many by one rule, and repeats earlier decisions that differ: the rule is only for undecided changes. */
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

/** Whether all changes decided differently from this rule are loaded, so that their decisions can be repeated after
 * it. */
export function allLoaded(review: Review, body: BulkDecision): boolean {
  if (review.cursor === null) return true
  const other: Status = statusOf(body) === 'approved' ? 'rejected' : 'approved'
  const here = changesOf(review).filter((one) => one.status === other).length
  return review.counts !== null && (review.counts[other] ?? 0) <= here
}

/** The number of loaded, undecided changes that a rule would decide. */
export const meant = (review: Review, body: BulkDecision): number =>
  changesOf(review).filter((one) => one.status === 'pending' && means(body, one)).length

/** Moves to the next undecided change, after this one or else from the start; if there is none, to the next change. */
function onward(review: Review): Review {
  const all = changesOf(review)
  const at = all.findIndex((change) => change.id === review.at)
  const open = (change: ChangeAnswer) => change.status === 'pending'
  // There may be more undecided ones on later pages, so earlier ones come afterwards.
  const next =
    all.slice(at + 1).find(open) ?? (review.cursor === null ? all.find(open) : undefined) ?? all[at + 1]
  return next ? look(review, next.id) : review
}

/** The review with some changes replaced and the counts adjusted; the others stay the same objects. */
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

/** The action of a key; none with a modifier that belongs to the browser, and none after a `g`, which leads to another
 * page. */
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
