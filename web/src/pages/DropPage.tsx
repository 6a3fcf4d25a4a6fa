import { lazy, Suspense, useEffect, useRef, useState, useSyncExternalStore } from 'react'
import { useSearchParams } from 'react-router'
import { usePipelines } from '../api/queries'
import { useWords, withWords } from '../i18n'
import { Skeleton } from '../ui/controls'
import { useTitle, useUpload } from '../ui/hooks'
import type { Chosen } from '../upload/checks'
import { carried, reading, takeEarly } from '../upload/reading'
import styles from './DropPage.module.css'
import { Hero } from './drop/Hero'

const loadReview = () => withWords(() => import('./drop/Review'))
const loadSending = () => withWords(() => import('./drop/Sending'))
const Review = lazy(loadReview)
const Sending = lazy(loadSending)

/** The code that the first choice of files needs, loaded ahead. */
export const loadDrop = () => Promise.allSettled([loadReview(), loadSending()])

export function DropPage() {
  const { t } = useWords()
  useTitle(t('nav.drop'))
  const upload = useUpload()
  const pipelines = usePipelines()
  const [chosen, setChosen] = useState<Chosen[]>([])
  const idle = upload.phase === 'idle' || (upload.phase === 'stopped' && !upload.job?.jobId)

  const take = (files: Chosen[]) => {
    if (!files.length) return
    if (!idle) upload.supply(files)
    else {
      // A refused start is discarded with the next choice.
      if (upload.phase === 'stopped') upload.reset()
      setChosen((before) => withoutTwice([...before, ...files]))
    }
  }
  const over = useDropAnywhere(take)
  useShared(take)

  return (
    <>
      <Reading />
      {over && <div className={styles.over}>{t('drop.now')}</div>}
      <Suspense fallback={<Skeleton lines={5} />}>
        {!idle ? (
          <Sending onChoose={take} onLeave={() => setChosen([])} />
        ) : chosen.length ? (
          <Review
            chosen={chosen}
            pipelines={pipelines}
            onChoose={take}
            onClear={() => {
              upload.reset()
              setChosen([])
            }}
          />
        ) : (
          <Hero pipelines={pipelines} onChoose={take} />
        )}
      </Suspense>
    </>
  )
}

/** The number of chosen files that have been read; nothing where that ends too soon to be seen. */
function Reading() {
  const { t } = useWords()
  const count = useSyncExternalStore(reading.watch, reading.get)
  return (
    <div role="status" className={count === null ? 'visually-hidden' : styles.reading}>
      {count !== null && t('drop.reading', { count })}
    </div>
  )
}

/** The same file of the same folder, chosen twice, counts once. */
function withoutTwice(files: Chosen[]): Chosen[] {
  const seen = new Map(files.map((one) => [`${one.path}\n${one.size}\n${one.modified}`, one]))
  return [...seen.values()]
}

/** Files that another program has shared with the installed page. */
function useShared(take: (files: Chosen[]) => void): void {
  const [params, setParams] = useSearchParams()
  const shared = params.has('shared')
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    if (!shared) return
    setParams({}, { replace: true })
    void import('../offline/shared')
      .then(({ takeShared }) => takeShared())
      .then(reading.input)
      .then((found) => latest.current(found))
  }, [shared, setParams])
}

/** The whole window accepts dropped and pasted files. */
function useDropAnywhere(take: (files: Chosen[]) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    let depth = 0
    const found = (files: Promise<Chosen[]>) => void files.then((all) => latest.current(all))
    const enter = (event: DragEvent) => {
      if (carried(event) && ++depth === 1) setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (carried(event) && --depth <= 0) {
        depth = 0
        setOver(false)
      }
    }
    const hover = (event: DragEvent) => carried(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      const transfer = carried(event)
      if (!transfer) return
      event.preventDefault()
      depth = 0
      setOver(false)
      found(reading.transfer(transfer))
    }
    const paste = (event: ClipboardEvent) => {
      const transfer = carried(event)
      if (transfer) found(reading.transfer(transfer))
    }
    for (const files of takeEarly()) found(files)
    window.addEventListener('dragenter', enter)
    window.addEventListener('dragleave', leave)
    window.addEventListener('dragover', hover)
    window.addEventListener('drop', drop)
    window.addEventListener('paste', paste)
    return () => {
      window.removeEventListener('dragenter', enter)
      window.removeEventListener('dragleave', leave)
      window.removeEventListener('dragover', hover)
      window.removeEventListener('drop', drop)
      window.removeEventListener('paste', paste)
    }
  }, [])
  return over
}
