// An owner's decisions and corrections about a job's files, and their undoing: each answer contains the body that
// undoes it.
import { useMutation, useQueryClient } from '@tanstack/react-query'
import { useSyncExternalStore } from 'react'
import { api } from '../../api/client'
import type { Chosen, CorrectedAnswer, DuplicatesRequest, Redated } from '../../api/schema'

type Kind = 'duplicates' | 'dates'
interface Step {
  kind: Kind
  bodies: unknown[]
}

/** By job, the last change at the end. */
const steps = new Map<string, readonly Step[]>()
const watchers = new Set<() => void>()
const NONE: readonly Step[] = []
const watch = (tell: () => void) => {
  watchers.add(tell)
  return () => void watchers.delete(tell)
}
const keep = (jobId: string, now: readonly Step[]) => {
  steps.set(jobId, now)
  for (const tell of watchers) tell()
}

const send = (jobId: string, kind: Kind, body: unknown) =>
  // A shift that is sent again must not be applied twice.
  api<CorrectedAnswer>(`/jobs/${jobId}/${kind}`, {
    method: 'PATCH',
    body,
    key: crypto.randomUUID(),
    patient: true,
  })

export interface Corrected {
  changed: number
  missed: number
}

type Wanted =
  | { decide: Chosen[] }
  | { redate: Redated[] }
  | { keepBest: NonNullable<DuplicatesRequest['keep_best']> }
  | 'undo'

export function useCorrections(jobId: string) {
  const client = useQueryClient()
  const known = useSyncExternalStore(watch, () => steps.get(jobId) ?? NONE)
  const made = useMutation({
    mutationFn: async (wanted: Wanted): Promise<Corrected> => {
      const bodies: unknown[] = []
      const done: Corrected = { changed: 0, missed: 0 }
      const note = (answer: CorrectedAnswer) => {
        done.changed += answer.changed
        done.missed += answer.missed.length
        if (answer.undo.changes.length) bodies.unshift(answer.undo)
        return answer.left ?? 0
      }
      if (wanted === 'undo') {
        const last = known.at(-1)
        for (const body of last?.bodies ?? []) note(await send(jobId, last!.kind, body))
        keep(jobId, known.slice(0, -1))
        return done
      }
      const kind: Kind = 'redate' in wanted ? 'dates' : 'duplicates'
      try {
        if ('keepBest' in wanted) while (note(await send(jobId, kind, { keep_best: wanted.keepBest })) > 0);
        else note(await send(jobId, kind, { changes: 'decide' in wanted ? wanted.decide : wanted.redate }))
      } finally {
        // The part done before a failure can be undone too.
        if (bodies.length) keep(jobId, [...known, { kind, bodies }])
      }
      return done
    },
    onSettled: () =>
      Promise.all([
        ...['status', 'job', 'duplicates', 'tree'].map((name) =>
          client.invalidateQueries({ queryKey: [name, jobId] }),
        ),
        client.invalidateQueries({ queryKey: ['file'] }),
        client.invalidateQueries({ queryKey: ['library'] }),
      ]),
  })
  return { made, undoable: known.length > 0 }
}
