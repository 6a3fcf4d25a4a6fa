// The parts of a scene's page.
import type { ReactNode } from 'react'
import { Link } from 'react-router'
import { useSceneJobs } from '../../api/scenes'
import type { MarkerAnswer, NamedAnswer, SceneAnswer, SceneFileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { JobStateMark } from '../../ui/JobStateMark'
import { Gone } from '../../ui/Page'
import { clock, fileOf, resolution } from './facts'
import { Marks } from './SceneGrid'
import styles from './ScenePage.module.css'
import type { Word } from './ScenesPages'
import { withName } from './wanted'

export function Part({ title, children }: { title: string; children: ReactNode }) {
  return (
    <section className={styles.part}>
      <h2>{title}</h2>
      {children}
    </section>
  )
}

export function Facts({ scene, source }: { scene: SceneAnswer; source: string | undefined }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const file = fileOf(scene)
  const facts: (readonly [Word, ReactNode])[] = [
    ['scenes.field.scene_date', scene.scene_date],
    ['scenes.field.duration', file?.duration ? clock(file.duration) : null],
    ['scenes.field.resolution', file ? resolution(file.width, file.height) : null],
    ['scenes.field.rating100', scene.rating100 === null ? null : `${scene.rating100} / 100`],
    ['scenes.field.director', scene.director],
    ['scenes.field.code', scene.code],
    ['scenes.field.source', source ?? null],
    ['scenes.field.created_date', scene.created_date && quantities.day(scene.created_date)],
    [
      'scenes.field.last_synced',
      scene.last_synced && (
        <time dateTime={scene.last_synced} title={quantities.moment(scene.last_synced)}>
          {quantities.ago(scene.last_synced)}
        </time>
      ),
    ],
  ]
  return (
    <dl className={styles.facts}>
      {facts
        .filter(([, value]) => value)
        .map(([name, value]) => (
          <div key={name}>
            <dt>{t(name)}</dt>
            <dd className="number">{value}</dd>
          </div>
        ))}
      {(scene.organized || scene.analyzed || scene.absent) && (
        <div>
          <dt>{t('scenes.state')}</dt>
          <dd>
            <Marks scene={scene} />
          </dd>
        </div>
      )}
    </dl>
  )
}

export function Markers({
  markers,
  duration,
}: {
  markers: readonly MarkerAnswer[]
  duration: number | null
}) {
  return (
    <>
      {duration ? (
        <div className={styles.line} aria-hidden>
          {markers.map((one, n) => (
            <i
              key={n}
              style={{
                left: `${Math.min(100, (100 * one.seconds) / duration)}%`,
                width: `${one.end_seconds ? Math.max(0, (100 * (one.end_seconds - one.seconds)) / duration) : 0}%`,
              }}
            />
          ))}
        </div>
      ) : null}
      <ol className={styles.markers}>
        {markers.map((one, n) => (
          <li key={n}>
            <span className="number">
              {clock(one.seconds)}
              {one.end_seconds ? `–${clock(one.end_seconds)}` : ''}
            </span>
            <span>{one.title || one.tag}</span>
            {one.title && one.tag && <small>{one.tag}</small>}
          </li>
        ))}
      </ol>
    </>
  )
}

export function File({ file, only }: { file: SceneFileAnswer; only: boolean }) {
  const { t } = useWords<Word>()
  const { bytes, number } = useQuantities()
  const facts = [
    file.width && file.height ? `${file.width} × ${file.height}` : '',
    file.duration ? clock(file.duration) : '',
    file.frame_rate ? t('scenes.frames', { rate: number(file.frame_rate) }) : '',
    file.codec ?? '',
    file.size ? bytes(file.size) : '',
  ].filter(Boolean)
  return (
    <li>
      <p className={styles.path}>
        {file.path}
        {file.primary && !only && <small> {t('scenes.primary')}</small>}
      </p>
      <p className={`number ${styles.quiet}`}>{facts.join(' · ')}</p>
      {Object.entries(file.fingerprints).map(([kind, value]) => (
        <p key={kind} className={styles.print}>
          {kind} <code>{value}</code>
        </p>
      ))}
    </li>
  )
}

export function Names({
  title,
  kind,
  names,
}: {
  title: string
  kind: 'performers' | 'tags' | 'studios'
  names: readonly NamedAnswer[]
}) {
  if (!names.length) return null
  return (
    <Part title={title}>
      <ul className={styles.names}>
        {names.map((one) => (
          <li key={one.id || one.name}>
            {one.id ? <Link to={withName(kind, one.id)}>{one.name}</Link> : <span>{one.name}</span>}
          </li>
        ))}
      </ul>
    </Part>
  )
}

export function Plain({ title, names }: { title: string; names: readonly NamedAnswer[] }) {
  if (!names.length) return null
  return (
    <Part title={title}>
      <p>{names.map((one) => one.name).join(', ')}</p>
    </Part>
  )
}

/** Only web addresses become links, since the addresses come from other servers. */
export function Urls({ urls }: { urls: readonly string[] }) {
  const { t } = useWords<Word>()
  if (!urls.length) return null
  return (
    <Part title={t('scenes.urls')}>
      <ul className={styles.urls}>
        {urls.map((url) => (
          <li key={url}>
            {/^https?:\/\//i.test(url) ? (
              <a href={url} target="_blank" rel="noreferrer noopener">
                {url}
              </a>
            ) : (
              url
            )}
          </li>
        ))}
      </ul>
    </Part>
  )
}

export function StashIds({ ids }: { ids: SceneAnswer['stash_ids'] }) {
  const { t } = useWords<Word>()
  if (!ids.length) return null
  return (
    <Part title={t('scenes.stashIds')}>
      <ul className={styles.urls}>
        {ids.map((one, n) => (
          <li key={n}>
            <code>{String(one.stash_id ?? JSON.stringify(one))}</code>
            {typeof one.endpoint === 'string' && <p className={styles.quiet}>{one.endpoint}</p>}
          </li>
        ))}
      </ul>
    </Part>
  )
}

export function History({ id }: { id: string }) {
  const { t, said } = useWords<Word>()
  const { ago, moment } = useQuantities()
  const jobs = useSceneJobs(id)
  return (
    <Part title={t('scenes.history')}>
      {jobs.isError && !jobs.data && (
        <Gone title={t('scenes.historyGone')} error={jobs.error} onAgain={() => void jobs.refetch()} />
      )}
      {jobs.data?.length === 0 && <p className={styles.quiet}>{t('scenes.historyNone')}</p>}
      <ul className={styles.jobs}>
        {jobs.data?.map((job) => (
          <li key={job.id}>
            <Link to={`/jobs/${job.id}`}>{said('pipeline', job.pipeline, job.name)}</Link>
            <span>
              <JobStateMark state={job.status} />
              <time dateTime={job.created_at} title={moment(job.created_at)}>
                {ago(job.created_at)}
              </time>
            </span>
          </li>
        ))}
      </ul>
    </Part>
  )
}
