// The latest syncs: their progress, and their outcomes.
import { useQueryClient } from '@tanstack/react-query'
import { Square } from 'lucide-react'
import { useEffect } from 'react'
import { Link } from 'react-router'
import { FINAL, useControl, useStatus } from '../../api/queries'
import { useSyncOutcomes, type useSyncs } from '../../api/scenes'
import type { JobSummary, ResultAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { cautionsOf } from '../../ui/Cautions'
import { Bar, Button } from '../../ui/controls'
import { JobStateMark } from '../../ui/JobStateMark'
import { Gone, RowSkeleton } from '../../ui/Page'
import styles from './ConnectionsPage.module.css'
import type { Word } from './ScenesPages'

interface Props {
  syncs: ReturnType<typeof useSyncs>
}

const COUNTED = ['created', 'updated', 'skipped', 'absent', 'failed'] as const

export function Syncs({ syncs }: Props) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const seen = syncs.data?.map((job) => `${job.id}${job.status}`).join() ?? ''
  const outcomes = useSyncOutcomes(seen)
  // biome-ignore lint/correctness/useExhaustiveDependencies: a sync that ends has changed the catalogue
  useEffect(() => {
    void client.invalidateQueries({ queryKey: ['scenes'] })
    void client.invalidateQueries({ queryKey: ['names'] })
  }, [client, seen])
  return (
    <section className={styles.syncs}>
      <h2>{t('scenes.sync.history')}</h2>
      {syncs.isPending && <RowSkeleton rows={3} height={64} />}
      {syncs.isError && !syncs.data && (
        <Gone title={t('scenes.sync.gone')} error={syncs.error} onAgain={() => void syncs.refetch()} />
      )}
      {outcomes.isError && !outcomes.data && (
        <Gone title={t('scenes.sync.gone')} error={outcomes.error} onAgain={() => void outcomes.refetch()} />
      )}
      {syncs.data?.length === 0 && <p className={styles.quiet}>{t('scenes.sync.none')}</p>}
      <ul className={styles.list}>
        {syncs.data?.map((job) => (
          <Sync key={job.id} job={job} outcome={outcomes.data?.get(job.id)} />
        ))}
      </ul>
    </section>
  )
}

function Sync({ job, outcome }: { job: JobSummary; outcome: ResultAnswer | undefined }) {
  const { t, said } = useWords<Word>()
  const { ago, moment } = useQuantities()
  const under = !FINAL.has(job.status)
  const status = useStatus(job.id, under)
  const how = under ? status.data : undefined
  const step = how?.step_name ? said('step', how.step_name, how.step_name) : ''
  const control = useControl(job.id)
  const failures = outcome ? cautionsOf(outcome.metadata).warnings : []
  const failed = Number(outcome?.metadata.failed ?? 0)
  return (
    <li className={styles.sync}>
      <span className={styles.state}>
        {outcome && failed > 0 ? (
          <strong className={styles.partial}>{t('scenes.sync.partial')}</strong>
        ) : (
          <JobStateMark state={how?.status ?? job.status} />
        )}
        <Link to={`/jobs/${job.id}`}>
          <time dateTime={job.created_at} title={moment(job.created_at)}>
            {ago(job.created_at)}
          </time>
        </Link>
      </span>
      {outcome && (
        <span className={styles.counted}>
          {COUNTED.filter((name) => name !== 'absent' || outcome.metadata[name]).map((name) => (
            <span key={name} className={`number ${name === 'failed' && failed ? styles.bad : ''}`}>
              {t(`scenes.sync.${name}`, { count: Number(outcome.metadata[name] ?? 0) })}
            </span>
          ))}
        </span>
      )}
      {how && (
        <span className={styles.going}>
          <span>{step}</span>
          <Bar value={how.progress_percent ?? null} label={step || t('state.running')} />
        </span>
      )}
      {under && (
        <span className={styles.stop}>
          <Button
            kind="quiet"
            icon={Square}
            busy={control.isPending}
            onPress={() => control.mutate('cancel')}
          >
            {t('scenes.sync.stop')}
          </Button>
        </span>
      )}
      {failures.length > 0 && (
        <details className={styles.failures}>
          <summary>{t('scenes.sync.which', { count: failures.length })}</summary>
          <ul>
            {failures.map((one, n) => (
              <li key={n}>{typeof one === 'string' ? one : said('warning', one.code, one.message)}</li>
            ))}
          </ul>
        </details>
      )}
      {job.error_code && (
        <span className={styles.bad}>
          {said('error', job.error_code, job.error_message ?? job.error_code)}
        </span>
      )}
    </li>
  )
}
