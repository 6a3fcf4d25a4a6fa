// Previews of files before they are sent: drawn small, a few at a time.
import { FileQuestion, Film, Image as ImageIcon, Layers } from 'lucide-react'
import { memo, useEffect, useRef, useState } from 'react'
import styles from './LocalPreview.module.css'

const SIDE = 320
const AT_ONCE = 2
const KEPT = 300
// HEIC only where the browser supports it, as Safari does.
const SHOWN = /\.(jpe?g|jfif|png|gif|webp|avif|bmp|hei[cf]|hif)$/i
/** These begin like a TIFF, and hold a picture or a JPEG from their camera. */
const TIFF = /\.(tiff?|dng|nef|cr2|arw|orf|rw2)$/i
const MOVING = /\.(mp4|mov|m4v|webm|3gp|avi|mkv)$/i
const VOLUME = /\.(nii|nii\.gz|nrrd|nhdr|raw|mha|dcm|zip)$/i

const kept = new Map<File, ImageBitmap>()
const waiting: (() => Promise<void>)[] = []
let busy = 0

function next(): void {
  // The last requested one is in sight.
  const task = busy < AT_ONCE ? waiting.pop() : undefined
  if (!task) return
  busy++
  void task().finally(() => {
    busy--
    next()
  })
}

/** Files that a browser can't show by itself need more code, loaded when the first such file is in sight. */
async function whole(file: File, name: string): Promise<ImageBitmap> {
  if (MOVING.test(name)) return (await import('./frameOf')).frameOf(file)
  if (TIFF.test(name)) return (await import('./tiff')).tiffOf(file)
  return createImageBitmap(file, { imageOrientation: 'from-image' })
}

async function drawn(file: File, name: string): Promise<ImageBitmap> {
  const picture = await whole(file, name)
  // The middle, as much as a tile shows: a whole panorama would take the memory of twenty others.
  const side = Math.min(picture.width, picture.height)
  const left = Math.round((picture.width - side) / 2)
  const top = Math.round((picture.height - side) / 2)
  const shown = Math.min(side, SIDE)
  const small = await createImageBitmap(picture, left, top, side, side, {
    resizeWidth: shown,
    resizeHeight: shown,
    resizeQuality: 'medium',
  })
  picture.close()
  kept.set(file, small)
  if (kept.size > KEPT) kept.delete(kept.keys().next().value as File)
  return small
}

export const LocalPreview = memo(function LocalPreview({ file, name }: { file: File | null; name: string }) {
  const canvas = useRef<HTMLCanvasElement>(null)
  const [shown, setShown] = useState(false)

  useEffect(() => {
    if (!file || !(SHOWN.test(name) || TIFF.test(name) || MOVING.test(name))) return
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
        // A file that can't be drawn here may still be valid: the pipeline decides.
        if (wanted) await drawn(file, name).then(show, () => undefined)
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
      : SHOWN.test(name) || TIFF.test(name)
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
