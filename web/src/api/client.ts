// The one way to the API: signs in as a guest by itself, waits out what passes, and turns every error into a Problem.
import type { Problem as ProblemBody } from './schema'
import { renewed, token } from './session'

const WAITS = [500, 1000, 2000, 4000, 8000, 8000, 15000, 15000]
const PASSING = new Set([500, 502, 503, 504])
const PASSING_CONFLICTS = new Set(['request_in_progress', 'try_again', 'too_many_requests'])

/** An answer that says no, in the API's own words, or the lack of one (`code` is then `unreachable`). */
export class Problem extends Error {
  constructor(
    readonly code: string,
    readonly status: number,
    message: string,
    readonly requestId: string | null = null,
    readonly fields: { field: string; message: string }[] = [],
    readonly retryAfter: number | null = null,
  ) {
    super(message)
    this.name = 'Problem'
  }

  get unreachable(): boolean {
    return this.status === 0
  }

  /** Whether the same request may well succeed a little later. */
  get passing(): boolean {
    return this.unreachable || PASSING.has(this.status) || PASSING_CONFLICTS.has(this.code)
  }
}

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  signal?: AbortSignal | undefined
  /** Asks again, for about a minute, while the API can't be reached or is out of breath. */
  patient?: boolean
  /** Says who asks by what it sends: a 401 then tells of that, and not of the token. */
  anonymous?: boolean
  /** The same key again is the same request: the API carries it out once. */
  key?: string
  /** Only if it still is what this ETag named. */
  match?: string
  /** What a share's password has opened. */
  pass?: string
}

/** An answer with its ETag, which a change can name as its `match`. */
export interface Tagged<T> {
  value: T
  etag: string
}

export async function api<T>(path: string, asked: Asked = {}): Promise<T> {
  return (await tagged<T>(path, asked)).value
}

export async function tagged<T>(path: string, asked: Asked = {}): Promise<Tagged<T>> {
  for (let attempt = 0; ; attempt++) {
    try {
      return await once<T>(path, asked)
    } catch (error) {
      const wait = WAITS[attempt]
      if (!asked.patient || wait === undefined || !(error instanceof Problem) || !error.passing) throw error
      await pause(Math.max(wait, (error.retryAfter ?? 0) * 1000), asked.signal)
    }
  }
}

async function once<T>(path: string, asked: Asked): Promise<Tagged<T>> {
  const bearer = asked.anonymous ? null : await token()
  let response = await send(path, asked, bearer)
  if (response.status === 401 && bearer) response = await send(path, asked, await renewed(bearer))
  reached(true)
  if (!response.ok) throw await problem(response)
  const value = response.status === 204 ? (undefined as T) : ((await response.json()) as T)
  return { value, etag: response.headers.get('ETag') ?? '' }
}

export async function send(path: string, asked: Asked, bearer: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (bearer) headers.Authorization = `Bearer ${bearer}`
  if (asked.key) headers['Idempotency-Key'] = asked.key
  if (asked.pass) headers['X-Share-Pass'] = asked.pass
  if (asked.match) headers['If-Match'] = asked.match
  if (asked.body !== undefined) headers['Content-Type'] = 'application/json'
  try {
    return await fetch(`/api${path}`, {
      method: asked.method ?? 'GET',
      headers,
      ...(asked.body === undefined ? {} : { body: JSON.stringify(asked.body) }),
      ...(asked.signal ? { signal: asked.signal } : {}),
    })
  } catch (error) {
    if (asked.signal?.aborted) throw error
    reached(false)
    throw new Problem('unreachable', 0, 'Millrace can’t be reached.')
  }
}

export async function problem(response: Response): Promise<Problem> {
  const retryAfter = Number(response.headers.get('Retry-After')) || null
  try {
    const body = (await response.json()) as ProblemBody
    const fields = body.errors as unknown as { field: string; message: string }[]
    return new Problem(body.code, response.status, body.detail, body.request_id, fields, retryAfter)
  } catch {
    return new Problem(
      'unexpected',
      response.status,
      `The answer was ${response.status}.`,
      null,
      [],
      retryAfter,
    )
  }
}

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds)
    // A connection that comes back is worth asking at once.
    const forget = connection.watch(() => connection.get() && done())
    signal?.addEventListener('abort', stop, { once: true })
    function clear() {
      clearTimeout(timer)
      forget()
      signal?.removeEventListener('abort', stop)
    }
    function done() {
      clear()
      resolve()
    }
    function stop() {
      clear()
      reject(signal?.reason)
    }
  })
}

// -- whether the API can be reached ----------------------------------------------------------------------------------

type Watcher = () => void
const watchers = new Set<Watcher>()
let reachable = true

function reached(now: boolean): void {
  if (now === reachable) return
  reachable = now
  if (!now) void look()
  for (const tell of watchers) tell()
}

const LOOKS = [1000, 2000, 3000, 5000]

/** Looks out for the API while nobody else may have a reason to ask. */
async function look(): Promise<void> {
  for (let n = 0; !reachable; n++) {
    await new Promise((resolve) => setTimeout(resolve, LOOKS[Math.min(n, LOOKS.length - 1)]))
    // Whatever it answers, it answers.
    await fetch('/api/health').then(
      () => reached(true),
      () => undefined,
    )
  }
}

export const connection = {
  get: () => reachable,
  watch(tell: Watcher): () => void {
    watchers.add(tell)
    return () => watchers.delete(tell)
  },
}
