// Shows which changes will be applied, and where, before they are.
import { useQuery } from '@tanstack/react-query'
import { useState } from 'react'
import { Link } from 'react-router'
import { applyPlan, SCENE_FIELDS } from '../../api/plans'
import { isStash, oneScene, useConnections } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Told, useDoing } from '../account/doing'
import { changesOf, type Review } from './review'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  planId: string
  review: Review
  told: () => Promise<void>
  onStarted: (jobId: string) => void
  onClose: () => void
}

const HERE = ''

export function Apply({ planId, review, told, onStarted, onClose }: Props) {
  const { t } = useWords<Word>()
  const connections = useConnections()
  const servers = connections.data?.filter(isStash)
  const { busy, problem, run } = useDoing()
  const [chosen, choose] = useState<string | null>(null)
  const approved = changesOf(review).filter((one) => one.status === 'approved')
  const some = approved[0]?.scene_id ?? ''
  const scene = useQuery({ ...oneScene(some), enabled: some !== '' })
  // Back to their source: nothing could be written to a server that doesn't have them.
  const source = scene.data?.value.source
  const from = source === undefined ? servers?.[0] : servers?.find((one) => one.id === source)
  const where = chosen ?? from?.id ?? HERE
  const waiting = chosen === null && (connections.isPending || scene.isLoading)
  const all = review.counts?.approved ?? approved.length
  const start = () =>
    run(async () => {
      await told()
      const job = await applyPlan(planId, where === HERE ? {} : { connection_id: where })
      onStarted(job.job_id)
    })
  return (
    <div className={styles.form}>
      <Told problem={problem} />
      <p>{t('scenes.apply.text', { count: all })}</p>
      <ul className={styles.tally}>
        {SCENE_FIELDS.map((field) => [field, approved.filter((one) => one.field === field).length] as const)
          .filter(([, count]) => count > 0)
          .map(([field, count]) => (
            <li key={field}>
              <span>{t(`scenes.change.${field}`)}</span>
              <strong className="number">{count}</strong>
            </li>
          ))}
        {all > approved.length && (
          <li>
            <span>{t('scenes.apply.further')}</span>
            <strong className="number">{all - approved.length}</strong>
          </li>
        )}
      </ul>
      {(review.counts?.pending ?? 0) > 0 && (
        <p>{t('scenes.apply.undecided', { count: review.counts?.pending ?? 0 })}</p>
      )}
      <label className={styles.field}>
        {t('scenes.apply.where')}
        <select value={where} disabled={waiting} onChange={(event) => choose(event.target.value)}>
          {servers?.map((one) => (
            <option key={one.id} value={one.id}>
              {one.name}
            </option>
          ))}
          <option value={HERE}>{t('scenes.apply.here')}</option>
        </select>
        <span className={styles.hint}>
          {t(where === HERE ? 'scenes.apply.hereText' : 'scenes.apply.thereText')}
        </span>
      </label>
      {connections.isError && <p className={styles.fault}>{t('scenes.connections.gone')}</p>}
      {servers?.length === 0 && <Link to="/scenes/sources">{t('scenes.connect')}</Link>}
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" busy={busy} isDisabled={!all || waiting} onPress={start}>
          {t('scenes.apply', { count: all })}
        </Button>
      </div>
    </div>
  )
}
