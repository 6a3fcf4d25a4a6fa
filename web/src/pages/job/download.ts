import { useState } from 'react'
import { located } from '../../api/queries'

/** Hands a signed address to the browser's own download; the token never leaves the page in a link. */
export function useDownload() {
  const [busy, setBusy] = useState(false)
  const [error, setError] = useState<unknown>(null)
  const start = async (path: string) => {
    setBusy(true)
    setError(null)
    try {
      const { url } = await located(path)
      const link = document.createElement('a')
      link.href = url
      link.rel = 'noreferrer'
      link.click()
    } catch (caught) {
      setError(caught)
    } finally {
      setBusy(false)
    }
  }
  return { busy, error, start: (path: string) => void start(path) }
}
