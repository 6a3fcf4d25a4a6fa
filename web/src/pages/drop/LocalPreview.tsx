// What a file looks like before anybody else has seen it: drawn small, a few at a time.
import { FileQuestion, Film, Image as ImageIcon, Layers } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import styles from './LocalPreview.module.css'

const SIDE = 320
const AT_ONCE = 2
const KEPT = 300
const SHOWN = /\.(jpe?g|png|gif|webp)$/i
const MOVING = /\.(mp4|mov|m4v|avi|mkv)$/i
const VOLUME = /\.(nii|nii\.gz|nrrd|nhdr|raw|mha|dcm|zip)$/i

const kept = new Map<File, ImageBitmap>()
const waiting: (() => Promise<void>)[] = []
let busy = 0

function next(): void {
  // The last one asked for is the one in sight.
  const task = busy < AT_ONCE ? waiting.pop() : undefined
  if (!task) return
  busy++
  void task().finally(() => {
    busy--
    next()
  })
}

async function drawn(file: File): Promise<ImageBitmap> {
  const whole = await createImageBitmap(file, { imageOrientation: 'from-image' })
  // The middle, as much as a tile shows: all of a panorama would take the memory of twenty others.
  const side = Math.min(whole.width, whole.height)
  const left = Math.round((whole.width - side) / 2)
  const top = Math.round((whole.height - side) / 2)
  const shown = Math.min(side, SIDE)
  const small = await createImageBitmap(whole, left, top, side, side, {
    resizeWidth: shown,
    resizeHeight: shown,
    resizeQuality: 'medium',
  })
  whole.close()
  kept.set(file, small)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as File)
  return small
}

export const LocalPreview = memo(function LocalPreview({ file, name }: { file: File | null; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState(false)

  useEffect(() => {
    if (!file || !SHOWN.test(name)) return
    let wanted = true
    const show = (bitmap: ImageBitmap) => {
      const target = canvas.current
      if (!wanted || !target) return
      target.width = bitmap.width
      target.height = bitmap.height
      target.getContext('2d')?.drawImage(bitmap, 0, 0)
      setShown(true)
    }
    const have = kept.get(file)
    if (have) show(have)
    else {
      waiting.push(async () => {
        // One that can't be drawn here may still be good: the pipeline decides.
        if (wanted) await drawn(file).then(show, () => undefined)
      })
      next()
    }
    return () => {
      wanted = false
    }
  }, [file, name])

  const Icon = MOVING.test(name)
    ? Film
    : VOLUME.test(name)
      ? Layers
      : SHOWN.test(name)
        ? ImageIcon
        : /\.(hei[cf]|tiff?)$/i.test(name)
          ? ImageIcon
          : FileQuestion
  return (
    <span className={styles.preview}>
      {!shown && (
        <span className={styles.glyph}>
          <Icon aria-hidden size={28} strokeWidth={1.3} />
          <small>{name.split('.').slice(1).at(-1)?.toUpperCase()}</small>
        </span>
      )}
      <canvas ref={canvas} className={shown ? styles.shown : styles.hidden} aria-hidden />
    </span>
  )
})
