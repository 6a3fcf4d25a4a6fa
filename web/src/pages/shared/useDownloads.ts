// Hands downloads of a share to the browser, one after the other.
import { useState } from 'react'
import { Problem } from '../../api/client'
import { downloadShared, type Visit } from '../../api/shares'

/** Milliseconds between two downloads: a browser that gets several at once keeps only the last. */
const BETWEEN = 700

/** onEnd: called after all of them, since each counts against the share's limit. */
export function useDownloads(visit: Visit, onEnd: () => void) {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)

  const fetchAll = async (wanted: readonly ({ file_id: string } | { zip: string })[]) => {
    setBusy(true)
    setProblem(null)
    try {
      for (const [n, one] of wanted.entries()) {
        if (n) await new Promise((resolve) => setTimeout(resolve, BETWEEN))
        const link = document.createElement('a')
        link.href = (await downloadShared(visit, one)).url
        link.rel = 'noreferrer'
        link.click()
      }
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught
      setProblem(caught)
    } finally {
      setBusy(false)
      onEnd()
    }
  }

  return { busy, problem, fetchAll }
}
