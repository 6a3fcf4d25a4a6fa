// One result: its quality, summary and metadata, with the way to its job and to its deletion.
import { ArrowRight, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { Problem } from '../../api/client'
import { useDeleteResult, useResult } from '../../api/results'
import type { JobSummary, ResultAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Cautions, withoutCautions } from '../../ui/Cautions'
import { Button, ButtonLink, Empty, Notice, Sheet, Skeleton } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import { QualityMark } from '../../ui/QualityMark'
import { Metadata } from './Metadata'
import styles from './ResultSheet.module.css'

interface Props {
  id: string | null
  known: ResultAnswer | undefined
  job: (id: string) => JobSummary | undefined
  pipeline: (name: string) => string
  onClose: () => void
}

export function ResultSheet(props: Props) {
  const { id, onClose } = props
  const { t } = useWords()
  return (
    <Sheet title={t('result')} open={id !== null} onClose={onClose}>
      {id !== null && <Shown key={id} {...props} id={id} />}
    </Sheet>
  )
}

function Shown({ id, known, job, pipeline, onClose }: Props & { id: string }) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const asked = useResult(id, known)
  const remove = useDeleteResult()
  const [asking, ask] = useState(false)
  const result = asked.data
  if (asked.error instanceof Problem && asked.error.status === 404)
    return <Empty title={t('result.missing')} action={<Button onPress={onClose}>{t('close')}</Button>} />
  if (!result)
    return (
      <div className={styles.body}>
        {asked.error ? (
          <Gone title={t('result.gone')} error={asked.error} onAgain={() => void asked.refetch()} />
        ) : (
          <Skeleton lines={4} />
        )}
      </div>
    )
  const from = job(result.job_id)
  return (
    <div className={styles.body}>
      <QualityMark large score={result.quality_score} />
      <p className={styles.summary}>{result.summary || t('results.noSummary')}</p>
      <p className={styles.when}>
        {from && <>{from.name} · </>}
        {pipeline(result.pipeline)} · {quantities.moment(result.created_at)}
        {result.updated_at && <> · {t('result.changed', { time: quantities.ago(result.updated_at) })}</>}
      </p>
      <Cautions metadata={result.metadata} />
      <Metadata values={withoutCautions(result.metadata)} />
      {remove.error && (
        <Notice
          kind="error"
          title={
            remove.error instanceof Problem && !remove.error.unreachable
              ? said('error', remove.error.code, remove.error.message)
              : t('offline.title')
          }
        />
      )}
      {asking ? (
        <div className={styles.asking} role="alertdialog" aria-label={t('result.deleteTitle')}>
          <p>
            <strong>{t('result.deleteTitle')}</strong> {t('result.deleteText')}
          </p>
          <div className={styles.actions}>
            <Button autoFocus onPress={() => ask(false)}>
              {t('keep')}
            </Button>
            <Button
              kind="danger"
              icon={Trash2}
              busy={remove.isPending}
              onPress={() => remove.mutate(id, { onSuccess: onClose })}
            >
              {t('delete')}
            </Button>
          </div>
        </div>
      ) : (
        <div className={styles.actions}>
          <Button kind="danger" icon={Trash2} onPress={() => ask(true)}>
            {t('result.delete')}
          </Button>
          <ButtonLink kind="primary" icon={ArrowRight} to={`/jobs/${result.job_id}`}>
            {t('goToJob')}
          </ButtonLink>
        </div>
      )}
    </div>
  )
}
