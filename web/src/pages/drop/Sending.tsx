// Files being sent: the progress of each and of all, the errors, and the possible actions.

import { useQueryClient } from '@tanstack/react-query'
import {
  ArrowRight,
  Check,
  CirclePause,
  CirclePlay,
  CloudOff,
  Copy,
  RotateCcw,
  TriangleAlert,
} from 'lucide-react'
import { useCallback, useMemo, useState } from 'react'
import { useNavigate } from 'react-router'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Bar, Button, ButtonLink, Sheet } from '../../ui/controls'
import { useSignedIn, useUpload } from '../../ui/hooks'
import { type Group, TileGrid } from '../../ui/TileGrid'
import type { Chosen } from '../../upload/checks'
import { type Item, isTriedAgain } from '../../upload/item'
import { LocalPreview } from './LocalPreview'
import styles from './Sending.module.css'
import { Stuck } from './Stuck'

const TILE = { min: 150, ratio: 1, caption: 28 }

interface Props {
  onChoose: (files: Chosen[]) => void
  onLeave: () => void
}

export default function Sending({ onChoose, onLeave }: Props) {
  const { t } = useWords()
  const quantities = useQuantities()
  const upload = useUpload()
  const signedIn = useSignedIn()
  const navigate = useNavigate()
  const client = useQueryClient()
  const [asking, ask] = useState(false)

  const there = upload.count('sent', 'known')
  const known = upload.count('known')
  const failed = upload.count('failed')
  const percent = upload.totalBytes ? (100 * upload.sentBytes) / upload.totalBytes : 100
  const rate = upload.phase === 'working' ? upload.speed.rate() : null
  const left = upload.phase === 'working' ? upload.speed.left(upload.totalBytes - upload.sentBytes) : null
  const jobId = upload.job?.jobId

  const groups = useMemo<Group[]>(
    () => [{ key: 'all', title: null, members: upload.items.map((one) => one.index) }],
    [upload.items],
  )
  // biome-ignore lint/correctness/useExhaustiveDependencies: the version changes as items move on
  const render = useCallback((n: number) => <Tile item={upload.items[n]} />, [upload, upload.version])

  const finish = () => {
    void client.invalidateQueries({ queryKey: ['jobs'] })
    upload.reset()
    onLeave()
  }

  const title =
    upload.phase === 'done'
      ? t(there ? 'sending.done' : 'sending.nothing', { count: there })
      : upload.phase === 'paused'
        ? t('sending.paused')
        : t('sending.title', { done: there, count: upload.items.length - upload.count('left') })

  return (
    <div className={styles.page}>
      <header className={styles.head} aria-live="polite">
        <div className={styles.headline}>
          <h1>{title}</h1>
          <p className="number">
            {quantities.bytes(upload.sentBytes)} / {quantities.bytes(upload.totalBytes)}
            {rate !== null && ` · ${t('perSecond', { size: quantities.bytes(rate) })}`}
            {left !== null &&
              upload.phase === 'working' &&
              ` · ${t('left', { time: quantities.duration(left) })}`}
            {upload.again > 0 && ` · ${t('sending.again', { count: upload.again })}`}
            {known > 0 && ` · ${t('sending.known', { count: known })}`}
          </p>
        </div>
        <div className={styles.tools}>
          {upload.phase === 'working' && (
            <Button icon={CirclePause} onPress={() => upload.pause()}>
              {t('pause')}
            </Button>
          )}
          {upload.phase === 'paused' && (
            <Button kind="primary" icon={CirclePlay} onPress={() => upload.resume()}>
              {t('resume')}
            </Button>
          )}
          {upload.phase === 'done' && jobId ? (
            <>
              {!signedIn && (
                <ButtonLink kind="quiet" to="/account">
                  {t('account.keepThese')}
                </ButtonLink>
              )}
              <Button onPress={finish}>{t('sending.another')}</Button>
              <Button
                kind="primary"
                icon={ArrowRight}
                onPress={() => {
                  finish()
                  navigate(`/jobs/${jobId}`)
                }}
              >
                {t('goToJob')}
              </Button>
            </>
          ) : (
            <>
              {jobId && <ButtonLink to={`/jobs/${jobId}`}>{t('goToJob')}</ButtonLink>}
              <Button kind="danger" onPress={() => ask(true)}>
                {t('cancel')}
              </Button>
            </>
          )}
        </div>
        <Bar
          value={percent}
          label={t('sending.progress')}
          tone={upload.phase === 'done' ? 'accent' : failed ? 'error' : 'progress'}
        />
      </header>

      <Stuck upload={upload} onChoose={onChoose} />

      <TileGrid
        label={t('review.list')}
        groups={groups}
        tile={TILE}
        render={render}
        onOpen={(n) => upload.retry(n)}
        version={upload.version}
      />

      <Sheet title={t('cancel.title')} open={asking} onClose={() => ask(false)}>
        <div className={styles.ask}>
          <p>{t('cancel.text', { done: there, count: upload.items.length })}</p>
          <div>
            <Button
              kind="danger"
              onPress={() => {
                ask(false)
                void upload.cancel().then(onLeave)
              }}
            >
              {t('cancelJob')}
            </Button>
            <Button kind="primary" onPress={() => ask(false)}>
              {t('cancel.no')}
            </Button>
          </div>
        </div>
      </Sheet>
    </div>
  )
}

function Tile({ item }: { item: Item | undefined }) {
  const { t } = useWords()
  if (!item) return null
  const share = item.size ? item.bytes / item.size : 0
  const name = item.path.split('/').at(-1)
  return (
    <span className={`${styles.tile} ${styles[item.state]}`}>
      <span className={styles.picture}>
        <LocalPreview file={item.file} name={item.path} />
        {item.state === 'sending' && (
          <span className={styles.shade} style={{ width: `${100 - 100 * share}%` }} />
        )}
        {item.state === 'failed' && (
          <span className={styles.retry} title={t('sending.retryOne', { name: name ?? '' })}>
            <RotateCcw aria-hidden size={28} />
          </span>
        )}
        <Badge item={item} />
      </span>
      <span className={styles.caption}>
        {item.error
          ? `${name}: ${t(`item.error.${item.error}` as 'item.error.broken', { status: item.status ?? 0 })}`
          : isTriedAgain(item)
            ? t('item.again', { name: name ?? '', count: item.attempts })
            : name}
      </span>
      <span className="visually-hidden">{t(`item.${item.state}`)}</span>
    </span>
  )
}

function Badge({ item }: { item: Item }) {
  const { t } = useWords()
  const icons = { sent: Check, known: Copy, failed: TriangleAlert, missing: CloudOff }
  const Icon = icons[item.state as keyof typeof icons]
  if (!Icon) return null
  return (
    <span className={styles.badge} title={t(`item.${item.state}`)}>
      <Icon aria-hidden size={14} strokeWidth={2.6} />
    </span>
  )
}
