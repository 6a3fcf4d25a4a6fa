import { useEffect, useRef, useState } from 'react'

const REST = 250

/** What is being typed, and what is looked for once the typing rests. */
export function useSearch(
  wanted: string,
  onSearch: (text: string) => void,
): [string, (text: string) => void] {
  const [text, type] = useState(wanted)
  const asked = useRef(wanted)
  const search = useRef(onSearch)
  search.current = onSearch
  useEffect(() => {
    // Changed by other means, a link or the way back: what was typed gives way.
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
