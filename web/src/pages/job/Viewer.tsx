// One file, large: the picture itself, its facts, and the evidence for its time.
import { ChevronLeft, ChevronRight, Download, Info, Minus, Plus, X } from 'lucide-react'
import { type KeyboardEvent, useEffect, useMemo, useRef, useState } from 'react'
import type { FileAnswer, ThumbnailAnswer } from '../../api/schema'
import { thumbnails } from '../../api/thumbnails'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import type { PipelinePage } from '../../pipelines/contract'
import { Button, Sheet } from '../../ui/controls'
import { useThumbnail } from '../../ui/Thumbnail'
import type { FileBook } from './book'
import { PAGE } from './book'
import { Details } from './Details'
import { useDownload } from './download'
import { Film } from './Film'
import { Ahead, originalPath, shownAs } from './original'
import { type Handle, Note, Picture } from './Picture'
import styles from './Viewer.module.css'

const STEP = 1.5
const PAN = 80
const AHEAD_AFTER = 300

interface Props {
  book: FileBook
  order: readonly number[]
  open: number | null
  page: PipelinePage
  onShow: (item: number) => void
  onClose: () => void
}

export function Viewer({ book, order, open, page, onShow, onClose }: Props) {
  const file = open === null ? undefined : book.files[open]
  return (
    <Sheet full hideTitle title={file?.original_filename ?? ''} open={open !== null} onClose={onClose}>
      {open !== null && <Stage {...{ book, order, open, page, onShow, onClose }} file={file} />}
    </Sheet>
  )
}

const DETAILS = 'millrace.details'

function Stage({
  book,
  order,
  open,
  page,
  file,
  onShow,
  onClose,
}: Props & { open: number; file: FileAnswer | undefined }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const download = useDownload()
  const small = useThumbnail(file?.thumbnail)
  const [details, setDetails] = useState(
    () => localStorage.getItem(DETAILS) !== 'off' && window.innerWidth > 720,
  )
  const box = useRef<HTMLDivElement>(null)
  const picture = useRef<Handle | null>(null)
  const [percent, setPercent] = useState<number | null>(null)
  const at = order.indexOf(open)

  // The focused element may be gone with its file, and the keys would go nowhere.
  // biome-ignore lint/correctness/useExhaustiveDependencies: a change of file matters
  useEffect(() => {
    const element = box.current
    if (!element?.closest('[role=dialog]')?.contains(document.activeElement)) element?.focus()
  }, [open, file])
  useNeighbours(book, order, open, at)

  // A key held down is faster than the page is drawn: each step counts from the target of the last one.
  const heading = useRef<number | null>(null)
  useEffect(() => {
    if (heading.current === at) heading.current = null
  }, [at])
  const go = (to: number) => {
    const next = order[to]
    if (next === undefined) return
    heading.current = to
    onShow(next)
  }
  const step = (by: 1 | -1) => go((heading.current ?? at) + by)
  const toggle = () => {
    localStorage.setItem(DETAILS, details ? 'off' : 'on')
    setDetails(!details)
  }
  const zoom = () => picture.current?.zoom
  const keys = (event: KeyboardEvent) => {
    // A film has keys of its own.
    if (event.ctrlKey || event.metaKey || (event.target as Element).closest('video')) return
    const panned: Record<string, [number, number]> = {
      ArrowRight: [-PAN, 0],
      ArrowLeft: [PAN, 0],
      ArrowDown: [0, -PAN],
      ArrowUp: [0, PAN],
    }
    const actions: Record<string, () => void> = {
      ArrowRight: () => step(1),
      ArrowLeft: () => step(-1),
      ArrowDown: () => step(1),
      ArrowUp: () => step(-1),
      Home: () => go(0),
      End: () => go(order.length - 1),
      '+': () => zoom()?.by(STEP),
      '=': () => zoom()?.by(STEP),
      '-': () => zoom()?.by(1 / STEP),
      '0': () => zoom()?.fit(),
      '1': () => zoom()?.actual(),
      i: toggle,
    }
    const pan = event.shiftKey ? panned[event.key] : undefined
    const action = pan ? () => zoom()?.pan(...pan) : actions[event.key]
    if (!action) return
    event.preventDefault()
    action()
  }

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work anywhere in the dialog
    <div className={`${styles.viewer} ${details ? styles.withDetails : ''}`} onKeyDown={keys}>
      <div className={styles.bar}>
        <Button kind="quiet" icon={X} label={t('close')} onPress={onClose} />
        <span className={styles.name}>{file?.original_filename}</span>
        <span className={`${styles.place} number`}>
          {t('viewer.place', { place: at + 1, count: order.length })}
        </span>
        {percent !== null && (
          <span className={styles.zoom}>
            <Button kind="quiet" icon={Minus} label={t('zoom.out')} onPress={() => zoom()?.by(1 / STEP)} />
            <Button
              kind="quiet"
              label={`${quantities.percent(percent)}, ${t(percent === 100 ? 'zoom.fit' : 'zoom.actual')}`}
              onPress={() => (percent === 100 ? zoom()?.fit() : zoom()?.actual())}
            >
              <span className={`${styles.percent} number`}>{quantities.percent(percent)}</span>
            </Button>
            <Button kind="quiet" icon={Plus} label={t('zoom.in')} onPress={() => zoom()?.by(STEP)} />
          </span>
        )}
        {file && file.status !== 'expected' && (
          <Button
            kind="quiet"
            icon={Download}
            label={t('viewer.download')}
            busy={download.busy}
            onPress={() => download.start(originalPath(file))}
          />
        )}
        <Button kind="quiet" icon={Info} label={t('details')} aria-pressed={details} onPress={toggle} />
      </div>
      <div ref={box} className={styles.stage} tabIndex={-1}>
        {!file ? (
          <p className={styles.nothing}>{t('loading')}</p>
        ) : shownAs(file) === 'film' ? (
          <Film key={file.id} file={file} />
        ) : file.thumbnail && (small !== null || shownAs(file)) ? (
          <Picture key={file.id} file={file} handle={picture} onView={setPercent} onGo={step} />
        ) : (
          <p className={styles.nothing}>
            {file.error_code
              ? said('error', file.error_code, file.error_message ?? file.error_code)
              : t('viewer.noPicture')}
          </p>
        )}
        {download.error !== null && <Note>{t('viewer.originalGone')}</Note>}
        {at > 0 && (
          <span className={styles.before}>
            <Button kind="quiet" icon={ChevronLeft} label={t('viewer.before')} onPress={() => step(-1)} />
          </span>
        )}
        {at < order.length - 1 && (
          <span className={styles.after}>
            <Button kind="quiet" icon={ChevronRight} label={t('viewer.after')} onPress={() => step(1)} />
          </span>
        )}
      </div>
      {details && file && (
        // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard
        <aside className={styles.details} aria-label={t('details')} tabIndex={0}>
          <Details file={file} beside={book.files} page={page} />
        </aside>
      )}
    </div>
  )
}

async function fetchSmall(thumbnail: ThumbnailAnswer): Promise<void> {
  const picture = await thumbnails.fetch(thumbnail)
  if (picture) new Image().src = picture
}

/** The previous and next files are loaded ahead; nothing further away is kept. */
function useNeighbours(book: FileBook, order: readonly number[], open: number, at: number): void {
  const ahead = useMemo(() => new Ahead(), [])
  useEffect(() => () => ahead.want([]), [ahead])
  useEffect(() => {
    book.look([open, Math.min(open + PAGE, book.files.length - 1)])
    const near = [at + 1, at - 1].map((n) => book.files[order[n] ?? -1]).filter((file) => file !== undefined)
    for (const { thumbnail } of near) if (thumbnail) void fetchSmall(thumbnail)
    // The current file goes first.
    const timer = setTimeout(() => ahead.want(near), AHEAD_AFTER)
    return () => clearTimeout(timer)
  }, [ahead, book, order, open, at])
}
