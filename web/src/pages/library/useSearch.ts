import { useEffect, useRef, useState } from 'react'

const REST = 250

/** The typed text, and the search that follows once typing pauses. */
export function useSearch(
  wanted: string,
  onSearch: (text: string) => void,
): [string, (text: string) => void] {
  const [text, type] = useState(wanted)
  const asked = useRef(wanted)
  const search = useRef(onSearch)
  search.current = onSearch
  useEffect(() => {
    // The search was changed by other means, such as a link or the back button: the typed text gives way.
    if (wanted !== asked.current) {
      asked.current = wanted
      type(wanted)
    }
  }, [wanted])
  useEffect(() => {
    if (text === asked.current) return
    const timer = setTimeout(() => {
      asked.current = text
      search.current(text)
    }, REST)
    return () => clearTimeout(timer)
  }, [text])
  return [text, type]
}
