// A plan under review: its pages as they are needed, its decisions as they are made, and the API's answers.
import { useCallback, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { decideChange, decideChanges, planPage } from '../../api/plans'
import type { PlanAnswer } from '../../api/schema'
import { Outbox } from './outbox'
import {
  allLoaded,
  EMPTY,
  nextFault,
  type Review,
  type Step,
  soonMissed,
  type Task,
  withPage,
} from './review'

const SCENES_A_PAGE = 100
const PACE = 2000

/** By plan: sending continues when the review is left, and a later visit waits for it. */
const outboxes = new Map<string, Outbox>()

function outboxOf(planId: string): Outbox {
  const found =
    outboxes.get(planId) ??
    new Outbox((task: Task) =>
      task.kind === 'one' ? decideChange(task.id, task.body) : decideChanges(planId, task.body),
    )
  outboxes.set(planId, found)
  return found
}

// A closed page loses its unsent decisions.
window.addEventListener('beforeunload', (event) => {
  if ([...outboxes.values()].some((one) => one.left())) event.preventDefault()
})

export function useReview(planId: string) {
  const [plan, setPlan] = useState<PlanAnswer | null>(null)
  const [review, setReview] = useState<Review>(EMPTY)
  const [error, setError] = useState<unknown>(null)
  const [refused, setRefused] = useState<unknown>(null)
  const [busy, setBusy] = useState(false)
  const now = useRef(review)
  const fetching = useRef<Promise<void> | null>(null)
  /** Counts the events that outdate an answer under way: rules outdate any, decisions those about loaded changes. */
  const rules = useRef(0)
  const decisions = useRef(0)
  const gone = useRef<AbortController>(null)

  const become = useCallback((next: Review) => {
    now.current = next
    setReview(next)
  }, [])

  const again = useRef<() => void>(() => undefined)
  const [outbox] = useState(() => outboxOf(planId))
  useEffect(() => {
    outbox.onRefused = (why) => {
      setRefused(why)
      again.current()
    }
  }, [outbox])

  const load = useCallback(
    (from: 'start' | 'on') => {
      const signal = gone.current?.signal
      const run = async () => {
        setBusy(true)
        try {
          for (;;) {
            const [ruled, decided] = [rules.current, decisions.current]
            await outbox.done()
            const cursor = from === 'start' ? null : now.current.cursor
            if (from === 'on' && cursor === null) {
              setError(null)
              return
            }
            const page = await planPage(planId, cursor, SCENES_A_PAGE, signal)
            if (signal?.aborted) return
            if (ruled !== rules.current || (from === 'start' && decided !== decisions.current)) continue
            const { items, counts, cursor: next, ...rest } = page
            setPlan(rest)
            become(
              withPage(from === 'start' ? { ...EMPTY, at: now.current.at } : now.current, {
                items,
                counts,
                cursor: next,
              }),
            )
            setError(null)
            return
          }
        } catch (why) {
          if (!signal?.aborted) setError(why)
        } finally {
          if (!signal?.aborted) {
            setBusy(false)
            fetching.current = null
          }
        }
      }
      fetching.current ??= run()
      return fetching.current
    },
    [planId, outbox, become],
  )
  again.current = () => {
    rules.current++
    void (fetching.current ?? Promise.resolve()).then(() => load('start'))
  }

  useEffect(() => {
    gone.current = new AbortController()
    fetching.current = null
    void load('start')
    return () => gone.current?.abort()
  }, [load])

  const left = useSyncExternalStore(outbox.watch, outbox.left)

  // The next page is fetched before it is needed.
  const missed = soonMissed(review)
  useEffect(() => {
    if (plan && missed && !busy && error === null) void load('on')
  }, [plan, missed, busy, error, load])

  // The API counts a rule's effect on changes that aren't loaded.
  useEffect(() => {
    if (!plan || review.counts !== null || left > 0 || busy) return
    const counting = new AbortController()
    const decided = decisions.current
    planPage(planId, null, 1, counting.signal).then(
      ({ counts }) => {
        if (!counting.signal.aborted && decided === decisions.current) become({ ...now.current, counts })
      },
      (why) => {
        if (!counting.signal.aborted) setError(why)
      },
    )
    return () => counting.abort()
  }, [plan, planId, review.counts, left, busy, become])

  // While the analysis is active.
  const pending = plan?.status === 'pending'
  useEffect(() => {
    if (!pending) return
    const timer = setInterval(() => void load('start'), PACE)
    return () => clearInterval(timer)
  }, [pending, load])

  const act = useCallback(
    (step: (review: Review) => Step) => {
      const [next, tasks] = step(now.current)
      become(next)
      if (!tasks.length) return
      setRefused(null)
      decisions.current++
      if (tasks.some((task) => task.kind === 'many')) rules.current++
      outbox.add(tasks)
      setPlan((before) => (before?.status === 'draft' ? { ...before, status: 'reviewing' } : before))
    },
    [outbox, become],
  )

  /** Moves to the next change that could not be applied, anywhere in the plan. */
  const toFault = useCallback(async () => {
    for (;;) {
      const next = nextFault(now.current)
      if (next) return become(next)
      const before = now.current.cursor
      if (before === null) return
      await fetching.current
      await load('on')
      if (now.current.cursor === before) return
    }
  }, [load, become])

  /** Loads pages until all changes that a rule must leave alone are loaded. */
  const whole = useCallback(
    async (body: Parameters<typeof allLoaded>[1]) => {
      while (!allLoaded(now.current, body)) {
        const before = now.current.cursor
        await fetching.current
        await load('on')
        if (now.current.cursor === before && before !== null) throw new Error('The plan can’t be read on.')
      }
    },
    [load],
  )

  return {
    plan,
    review,
    error,
    refused,
    busy,
    /** Decisions that are not yet sent. */
    left,
    act,
    whole,
    toFault,
    told: useCallback(() => outbox.done(), [outbox]),
    reload: useCallback(() => {
      setRefused(null)
      again.current()
    }, []),
    on: useCallback(() => void load('on'), [load]),
  }
}
