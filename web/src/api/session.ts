// The caller: a guest, made when first needed, or a signed-in user, whose session is renewed when it runs out.
import type { SignedInAnswer, Token } from './schema'
import { problem, send } from './transport'

const ACCESS = 'millrace.token'
const REFRESH = 'millrace.refresh'
const LOCK = 'millrace.session'

type Watcher = () => void
const watchers = new Set<Watcher>()
let ended = false

export const session = {
  known: () => localStorage.getItem(ACCESS) !== null,
  signedIn: () => localStorage.getItem(REFRESH) !== null,
  /** The token of this browser's guest; null where a user is signed in, or there is no guest yet. */
  guest: () => (localStorage.getItem(REFRESH) === null ? localStorage.getItem(ACCESS) : null),
  /** The user was signed in, and no longer is, without having signed out. */
  ended: () => ended,
  watch(tell: Watcher): () => void {
    watchers.add(tell)
    return () => watchers.delete(tell)
  },
  begin(answer: SignedInAnswer): void {
    keep(answer)
    ended = false
    changed()
  },
  end(): void {
    localStorage.removeItem(ACCESS)
    localStorage.removeItem(REFRESH)
    ended = false
    changed()
  },
}

function keep(answer: SignedInAnswer): void {
  localStorage.setItem(ACCESS, answer.access_token)
  localStorage.setItem(REFRESH, answer.refresh_token)
}

function changed(): void {
  for (const tell of watchers) tell()
}

/** The token for requests. */
export async function token(): Promise<string> {
  return localStorage.getItem(ACCESS) ?? alone(async () => localStorage.getItem(ACCESS) ?? begun())
}

/** A new token, as `refused` is no longer valid. */
export function renewed(refused: string): Promise<string> {
  return alone(async () => {
    const now = localStorage.getItem(ACCESS)
    // Another tab, or another request of this one, has renewed it already.
    if (now && now !== refused) return now
    const refresh = localStorage.getItem(REFRESH)
    if (refresh) {
      const response = await send('/auth/refresh', { method: 'POST', body: { refresh_token: refresh } }, null)
      if (response.ok) {
        const answer = (await response.json()) as SignedInAnswer
        keep(answer)
        return answer.access_token
      }
      if (response.status !== 401) throw await problem(response)
      localStorage.removeItem(REFRESH)
      ended = true
      changed()
    }
    return begun()
  })
}

async function begun(): Promise<string> {
  const response = await send('/auth/guest', { method: 'POST' }, null)
  if (!response.ok) throw await problem(response)
  const guest = (await response.json()) as Token
  localStorage.setItem(ACCESS, guest.access_token)
  return guest.access_token
}

let queue: Promise<unknown> = Promise.resolve()

/** One at a time, across all tabs: a refresh token is valid for one use. Without locks, the order holds within one
 * tab. */
function alone<T>(task: () => Promise<T>): Promise<T> {
  if (navigator.locks) return navigator.locks.request(LOCK, task) as Promise<T>
  const next = queue.then(task, task)
  queue = next.catch(() => undefined)
  return next
}
