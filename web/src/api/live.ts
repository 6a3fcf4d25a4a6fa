// One socket for all tabs, open while a tab shows active work: it reports the user's jobs as they move. Without a
// socket, everything is polled at the server's pace.
import { api, Problem } from './client'
import type { LiveTicket, StatusAnswer } from './schema'
import { session } from './session'

export interface Frame {
  type: 'job_status' | 'job_update'
  job_id: string
  final: boolean
  at: string
  details: StatusAnswer
}

/** A job that has been deleted or thrown into the bin. */
export interface Gone {
  type: 'error'
  code: 'job_not_found'
  job_id: string
}

type Said = { open: boolean; frames: (Frame | Gone)[] } | { who: true }

const NAME = 'millrace.live'
const WAITS = [1000, 2000, 4000, 8000, 15_000, 30_000]
const PING = 4 * 60_000
const PONG = 15_000
const LINGER = 5000

const watchers = new Set<() => void>()
const listeners = new Set<(frame: Frame | Gone) => void>()
const wants = new Set<symbol>()
const latest = new Map<string, Frame>()
let open = false
let absent = false
let leading: AbortController | null = null
let channel: BroadcastChannel | null = null

export const live = {
  open: () => open,
  /** Whether active work is shown, so that it matters how its progress arrives. */
  needed: () => wants.size > 0,
  watch(tell: () => void): () => void {
    watchers.add(tell)
    return () => watchers.delete(tell)
  },
  /** heard: receives each frame that is newer than the known state of its job, and each job that is gone, in every
   * tab. */
  listen(heard: (frame: Frame | Gone) => void): () => void {
    listeners.add(heard)
    return () => listeners.delete(heard)
  },
  /** Whether the socket reports every change of this job. */
  covers: (jobId: string) => open && latest.has(jobId),
  /** Notes that active work is shown; returns the function that ends that. */
  want(): () => void {
    const one = Symbol('want')
    wants.add(one)
    changed()
    void settle()
    return () => {
      wants.delete(one)
      changed()
      // The next page may need the socket too.
      setTimeout(settle, LINGER)
    }
  },
}

/** Newer frames only: they may overtake one another, and a reopened socket begins with the current state. */
export function isNews(frame: Frame, known: Frame | undefined): boolean {
  return known === undefined || frame.at > known.at
}

const isOfAJob = (frame: { type: string; code?: string }): frame is Frame | Gone =>
  frame.type.startsWith('job_') || frame.code === 'job_not_found'

function hear(frame: Frame | Gone): boolean {
  if (frame.type === 'error') latest.delete(frame.job_id)
  else if (isNews(frame, latest.get(frame.job_id))) latest.set(frame.job_id, frame)
  else return false
  for (const tell of listeners) tell(frame)
  return true
}

function changed(): void {
  for (const tell of watchers) tell()
}

function become(now: boolean): void {
  if (now === open) return
  open = now
  latest.clear() // the earlier socket's topics say nothing about those of this one
  changed()
}

/** The tab with the lock has the socket; tabs that want it wait for the lock, and receive its frames meanwhile. */
async function settle(): Promise<void> {
  const needed = wants.size > 0 && !document.hidden && !absent && 'locks' in navigator
  if (!needed) {
    leading?.abort()
    leading = null
    return
  }
  listenToOthers()
  if (leading) return
  const stop = new AbortController()
  leading = stop
  try {
    await navigator.locks.request(NAME, { signal: stop.signal }, () => lead(stop.signal))
  } catch (error) {
    if (!stop.signal.aborted) throw error
  } finally {
    if (leading === stop) leading = null
  }
}

function listenToOthers(): void {
  if (channel || !('BroadcastChannel' in window)) return
  channel = new BroadcastChannel(NAME)
  channel.onmessage = ({ data }: MessageEvent<Said>) => {
    if ('who' in data) {
      if (open && leading) channel?.postMessage({ open, frames: [...latest.values()] } satisfies Said)
      return
    }
    become(data.open)
    for (const frame of data.frames) hear(frame)
  }
  channel.postMessage({ who: true } satisfies Said)
}

const share = (frames: (Frame | Gone)[]) => channel?.postMessage({ open, frames } satisfies Said)

/** Keeps a socket open until stopped, and opens another after each break. */
async function lead(stop: AbortSignal): Promise<void> {
  for (let attempt = 0; !stop.aborted; attempt++) {
    const began = Date.now()
    try {
      const ticket = await api<LiveTicket>('/live/ticket', { method: 'POST', signal: stop })
      await talk(addressOf(ticket, location.href), stop)
    } catch (error) {
      if (error instanceof Problem && error.status === 404) {
        absent = true
        return
      }
    }
    become(false)
    share([])
    if (Date.now() - began > 60_000) attempt = 0
    if (!stop.aborted) await slept(WAITS[Math.min(attempt, WAITS.length - 1)]!, stop)
  }
}

/** An address that begins with a slash is a path on this host. */
export function addressOf(ticket: Pick<LiveTicket, 'ticket' | 'url'>, here: string): string {
  const address = new URL(ticket.url, here)
  address.protocol = address.protocol.replace('http', 'ws')
  address.searchParams.set('ticket', ticket.ticket)
  return address.href
}

function talk(address: string, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const socket = new WebSocket(address)
    let silent: ReturnType<typeof setTimeout> | undefined
    const ping = setInterval(() => {
      if (socket.readyState !== WebSocket.OPEN) return
      socket.send(JSON.stringify({ type: 'ping' }))
      silent ??= setTimeout(() => socket.close(), PONG)
    }, PING)
    const forget = session.watch(() => socket.close())
    const close = () => socket.close()
    stop.addEventListener('abort', close, { once: true })
    socket.onopen = () => {
      socket.send(JSON.stringify({ type: 'subscribe', jobs: 'mine' }))
      become(true)
      share([])
    }
    socket.onmessage = ({ data }: MessageEvent<string>) => {
      clearTimeout(silent)
      silent = undefined
      const frame = JSON.parse(data) as { type: string; code?: string; job_id?: string }
      if (isOfAJob(frame) && hear(frame)) share([frame])
    }
    socket.onclose = () => {
      clearInterval(ping)
      clearTimeout(silent)
      stop.removeEventListener('abort', close)
      forget()
      resolve()
    }
  })
}

function slept(milliseconds: number, stop: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, milliseconds)
    const wake = () => {
      clearTimeout(timer)
      resolve()
    }
    stop.addEventListener('abort', wake, { once: true })
  })
}

if (typeof document !== 'undefined') document.addEventListener('visibilitychange', () => void settle())
