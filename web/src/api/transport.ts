// One request to the API and its errors, without credentials or retries.
import type { Problem as ProblemBody } from './schema'

const PASSING = new Set([500, 502, 503, 504])
const PASSING_CONFLICTS = new Set(['request_in_progress', 'try_again', 'too_many_requests'])

/** A refusal in the API's own words, or a missing answer (`code` is then `unreachable`). */
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

  /** Whether the same request may succeed a little later. */
  get passing(): boolean {
    return this.unreachable || PASSING.has(this.status) || PASSING_CONFLICTS.has(this.code)
  }
}

export interface Asked {
  method?: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE'
  body?: unknown
  signal?: AbortSignal | undefined
  /** Retries, for about a minute, while the API can't be reached or is overloaded. */
  patient?: boolean
  /** The body holds the caller's credentials: a 401 then concerns these, not the token. */
  anonymous?: boolean
  /** The same key means the same request: the API carries it out once. */
  key?: string
  /** Only if it is still the version of this ETag. */
  match?: string
  /** The pass for a share's password. */
  pass?: string
  /** The key to the files that the visitor has given by a share. */
  gift?: string
}

export async function send(path: string, asked: Asked, bearer: string | null): Promise<Response> {
  const headers: Record<string, string> = { Accept: 'application/json' }
  if (bearer) headers.Authorization = `Bearer ${bearer}`
  if (asked.key) headers['Idempotency-Key'] = asked.key
  if (asked.pass) headers['X-Share-Pass'] = asked.pass
  if (asked.gift) headers['X-Share-Gift'] = asked.gift
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

// -- whether the API can be reached ----------------------------------------------------------------------------------

type Watcher = () => void
const watchers = new Set<Watcher>()
let reachable = true

export function reached(now: boolean): void {
  if (now === reachable) return
  reachable = now
  if (!now) void look()
  for (const tell of watchers) tell()
}

const LOOKS = [1000, 2000, 3000, 5000]

/** Checks whether the API is back, as no other request may be due. */
async function look(): Promise<void> {
  for (let n = 0; !reachable; n++) {
    await new Promise((resolve) => setTimeout(resolve, LOOKS[Math.min(n, LOOKS.length - 1)]))
    // Any answer counts, whatever it says.
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
