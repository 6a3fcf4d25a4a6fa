import { useRef } from 'react'

/** A key for a request, the same as long as the request stays the same: sent twice, it is carried out once. */
export function useRequestKey(): (body: unknown) => string {
  const last = useRef({ text: '', key: '' })
  return (body) => {
    const text = JSON.stringify(body)
    if (text !== last.current.text) last.current = { text, key: crypto.randomUUID() }
    return last.current.key
  }
}
