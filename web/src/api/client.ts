// The only way to the API: signs in as a guest by itself, waits out passing faults, and turns every error into a
// Problem.
import { renewed, token } from './session'
import { type Asked, connection, Problem, problem, reached, send } from './transport'

export { type Asked, connection, Problem } from './transport'

const WAITS = [500, 1000, 2000, 4000, 8000, 8000, 15000, 15000]

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

export function pause(milliseconds: number, signal?: AbortSignal): Promise<void> {
  return new Promise((resolve, reject) => {
    const timer = setTimeout(done, milliseconds)
    // Try at once when the connection comes back.
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
