import { useEffect, useRef, useState } from 'react'
import { usePipelines } from '../api/queries'
import { useWords } from '../i18n'
import { useTitle, useUpload } from '../ui/hooks'
import type { Chosen } from '../upload/checks'
import { fromTransfer } from '../upload/choose'
import styles from './DropPage.module.css'
import { Hero } from './drop/Hero'
import { Review } from './drop/Review'
import { Sending } from './drop/Sending'

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
      // A refused start gives way to the next choice.
      if (upload.phase === 'stopped') upload.reset()
      setChosen((before) => withoutTwice([...before, ...files]))
    }
  }
  const over = useDropAnywhere(take)

  return (
    <>
      {over && <div className={styles.over}>{t('drop.now')}</div>}
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
    </>
  )
}

/** The same file of the same folder, chosen twice, is meant once. */
function withoutTwice(files: Chosen[]): Chosen[] {
  const seen = new Map(files.map((one) => [`${one.path}\n${one.file.size}\n${one.file.lastModified}`, one]))
  return [...seen.values()]
}

/** The whole window takes what is dropped or pasted. */
function useDropAnywhere(take: (files: Chosen[]) => void): boolean {
  const [over, setOver] = useState(false)
  const latest = useRef(take)
  latest.current = take
  useEffect(() => {
    let depth = 0
    const files = (event: DragEvent) => event.dataTransfer?.types.includes('Files')
    const enter = (event: DragEvent) => {
      if (files(event) && ++depth === 1) setOver(true)
    }
    const leave = (event: DragEvent) => {
      if (files(event) && --depth <= 0) {
        depth = 0
        setOver(false)
      }
    }
    const hover = (event: DragEvent) => files(event) && event.preventDefault()
    const drop = (event: DragEvent) => {
      if (!files(event) || !event.dataTransfer) return
      event.preventDefault()
      depth = 0
      setOver(false)
      void fromTransfer(event.dataTransfer).then((found) => latest.current(found))
    }
    const paste = (event: ClipboardEvent) => {
      if (event.clipboardData?.files.length)
        void fromTransfer(event.clipboardData).then((found) => latest.current(found))
    }
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
