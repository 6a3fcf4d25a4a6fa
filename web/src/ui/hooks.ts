import { useEffect, useState, useSyncExternalStore } from 'react'
import { connection } from '../api/client'
import { session } from '../api/session'
import { engine, type UploadEngine } from '../upload/engine'

export function useTitle(title: string): void {
  useEffect(() => {
    document.title = `${title} · Millrace`
  }, [title])
}

/** The one upload of this page, redrawn as it advances. */
export function useUpload(): UploadEngine {
  useSyncExternalStore(engine.watch, engine.seen)
  return engine
}

export const useSignedIn = () => useSyncExternalStore(session.watch, session.signedIn)

export const useSessionEnded = () => useSyncExternalStore(session.watch, session.ended)

export const useReachable = () => useSyncExternalStore(connection.watch, connection.get)

/** Redraws at an interval, for times relative to now. */
export function useTick(milliseconds: number): void {
  const [, set] = useState(0)
  useEffect(() => {
    const timer = setInterval(() => set((n) => n + 1), milliseconds)
    return () => clearInterval(timer)
  }, [milliseconds])
}

export function useLocal(key: string, initial: string): [string, (value: string) => void] {
  const [value, set] = useState(() => localStorage.getItem(key) ?? initial)
  return [
    value,
    (next) => {
      localStorage.setItem(key, next)
      set(next)
    },
  ]
}
