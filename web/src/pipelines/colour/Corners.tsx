// Where no card was found: its four corners are set by hand on the picture, which is then corrected again.
import { useMutation, useQuery } from '@tanstack/react-query'
import { type KeyboardEvent, type PointerEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { Problem } from '../../api/client'
import { openJob } from '../../api/library'
import { located } from '../../api/queries'
import type { ArtifactAnswer, FileAnswer, JobAnswer } from '../../api/schema'
import { Button, Notice } from '../../ui/controls'
import styles from './Corners.module.css'
import { cornersAtFirst, kept, moved, type PictureReport, type Point } from './report'
import { useOwnWords } from './words'

const NAMES = ['topLeft', 'topRight', 'bottomRight', 'bottomLeft'] as const
/** Further files that a picture's own correction needs. */
const ALONG = new Set(['reference_values', 'flat_field'])
const STEP: Record<string, Point> = {
  ArrowLeft: [-1, 0],
  ArrowRight: [1, 0],
  ArrowUp: [0, -1],
  ArrowDown: [0, 1],
}

interface Props {
  report: PictureReport
  picture: ArtifactAnswer
  job: JobAnswer
  file: FileAnswer
  files: readonly (FileAnswer | undefined)[]
}

export function Corners({ report, picture, job, file, files }: Props) {
  const { t, said } = useOwnWords()
  const navigate = useNavigate()
  const { width = 0, height = 0 } = report.picture
  const [corners, setCorners] = useState<Point[]>(() => cornersAtFirst(report))
  const address = useQuery({
    queryKey: ['located', picture.download_url, picture.created_at],
    queryFn: () => located(picture.download_url),
    staleTime: 10 * 60_000,
  })
  const act = useMutation({
    mutationFn: async () => {
      const along = files.flatMap((one) => (one && ALONG.has(one.role ?? '') ? [one] : []))
      const made = await openJob(
        {
          pipeline: job.pipeline,
          name: job.name,
          options: { ...job.options, corners },
          files: [file, ...along].map(({ id, role }) => ({
            file_id: id,
            role: ALONG.has(role ?? '') ? role : null,
          })),
        },
        `${job.id}-${file.id}-${Date.now()}`,
      )
      navigate(`/jobs/${made.id}`)
    },
  })
  const set = (n: number, to: Point) =>
    setCorners((now) => now.map((one, at) => (at === n ? kept(to, width, height) : one)))
  const drag = (n: number) => (event: PointerEvent<HTMLButtonElement>) => {
    if (!event.currentTarget.hasPointerCapture(event.pointerId)) return
    const box = event.currentTarget.parentElement!.getBoundingClientRect()
    set(n, [
      ((event.clientX - box.left) / box.width) * width,
      ((event.clientY - box.top) / box.height) * height,
    ])
  }
  const keys = (n: number) => (event: KeyboardEvent) => {
    const step = STEP[event.key]
    if (!step) return
    event.preventDefault()
    // A single pixel of a large picture is invisible: a key press moves a pixel of the screen, with Shift one of the
    // picture.
    const far = event.shiftKey ? 1 : Math.max(1, Math.round(Math.max(width, height) / 200))
    set(n, moved(corners[n]!, step, far))
  }
  return (
    <section className={styles.corners} aria-labelledby="corners">
      <h2 id="corners">{t('colour.corners')}</h2>
      <p>{t('colour.cornersText')}</p>
      <div
        className={styles.stage}
        style={{ aspectRatio: `${width} / ${height}`, maxWidth: `${(76 * width) / height}vh` }}
      >
        {address.data && (
          <img
            crossOrigin="anonymous"
            src={address.data.url}
            alt={t('colour.beforeOf', { name: report.file })}
            draggable={false}
          />
        )}
        <svg viewBox={`0 0 ${width} ${height}`} aria-hidden>
          <polygon points={corners.map((one) => one.join(',')).join(' ')} />
        </svg>
        {corners.map(([x, y], n) => (
          <button
            key={NAMES[n]}
            type="button"
            style={{ left: `${(100 * x) / width}%`, top: `${(100 * y) / height}%` }}
            aria-label={t('colour.cornerAt', {
              corner: t(`colour.${NAMES[n]!}`),
              x: String(Math.round(x)),
              y: String(Math.round(y)),
            })}
            onPointerDown={(event) => event.currentTarget.setPointerCapture(event.pointerId)}
            onPointerMove={drag(n)}
            onKeyDown={keys(n)}
          >
            <span aria-hidden>{n + 1}</span>
          </button>
        ))}
      </div>
      {act.error && (
        <Notice
          kind="error"
          title={
            act.error instanceof Problem && !act.error.unreachable
              ? said('error', act.error.code, act.error.message)
              : t('offline.title')
          }
        />
      )}
      <span>
        <Button kind="primary" busy={act.isPending} onPress={() => act.mutate()}>
          {t('colour.withCorners')}
        </Button>
      </span>
    </section>
  )
}
