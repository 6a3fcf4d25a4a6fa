// The deliveries to one webhook: their outcomes, every attempt, and the way to send one again.
import { CircleCheck, CircleX, Clock, RotateCw } from 'lucide-react'
import { Link } from 'react-router'
import type { DeliveryAnswer } from '../../api/schema'
import { type EventType, useDeliveries, useRedeliver } from '../../api/webhooks'
import { useWords } from '../../i18n'
import { humanised } from '../../i18n/humanised'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice } from '../../ui/controls'
import { useTick } from '../../ui/hooks'
import { Gone, RowSkeleton } from '../../ui/Page'
import styles from './Deliveries.module.css'

const ICONS = { pending: Clock, delivered: CircleCheck, failed: CircleX }

export function Deliveries({ webhookId }: { webhookId: string }) {
  const { t } = useWords()
  useTick(15_000)
  const deliveries = useDeliveries(webhookId)
  const redeliver = useRedeliver(webhookId)
  const items = deliveries.data?.pages.flatMap((page) => page.items) ?? []
  if (deliveries.isPending) return <RowSkeleton rows={2} height={56} />
  return (
    <div className={styles.deliveries}>
      {deliveries.isError && !deliveries.data && (
        <Gone
          title={t('webhooks.deliveriesGone')}
          error={deliveries.error}
          onAgain={() => void deliveries.refetch()}
        />
      )}
      {redeliver.error && <Notice kind="error" title={t('webhooks.notSent')} />}
      {deliveries.data && !items.length && <p>{t('webhooks.noDeliveries')}</p>}
      {items.map((one) => (
        <Delivery
          key={one.id}
          delivery={one}
          busy={redeliver.isPending}
          onAgain={() => redeliver.mutate(one.id)}
        />
      ))}
      {deliveries.hasNextPage && (
        <Button busy={deliveries.isFetchingNextPage} onPress={() => void deliveries.fetchNextPage()}>
          {t('more')}
        </Button>
      )}
    </div>
  )
}

interface Props {
  delivery: DeliveryAnswer
  busy: boolean
  onAgain: () => void
}

function Delivery({ delivery, busy, onAgain }: Props) {
  const { t, said } = useWords()
  const quantities = useQuantities()
  const Icon = ICONS[delivery.status]
  const { attempts, data } = delivery
  const name = typeof data.name === 'string' ? data.name : null
  const job = typeof data.job_id === 'string' ? data.job_id : null
  return (
    <article className={styles.delivery}>
      <span className={`${styles.state} ${styles[delivery.status]}`}>
        <Icon aria-hidden size={16} strokeWidth={2} />
        {t(`webhooks.state.${delivery.status}`)}
      </span>
      <span className={styles.what}>
        {t(`webhooks.event.${delivery.type as EventType}`)}
        {job && (
          <>
            {' · '}
            <Link to={`/jobs/${job}`}>{name ?? t('job')}</Link>
          </>
        )}
        {' · '}
        <time dateTime={delivery.created_at} title={quantities.moment(delivery.created_at)}>
          {quantities.ago(delivery.created_at)}
        </time>
      </span>
      <Button
        kind="quiet"
        icon={RotateCw}
        label={t('webhooks.again')}
        isDisabled={busy || delivery.status === 'pending'}
        onPress={onAgain}
      />
      {attempts.length > 0 && (
        <ol className={`${styles.attempts} number`}>
          {attempts.map((attempt, n) => (
            <li key={n}>
              {quantities.moment(attempt.at)} · {t('webhooks.took', { count: attempt.milliseconds })} ·{' '}
              {attempt.status ?? t('webhooks.noAnswer')}
              {attempt.error && !attempt.error.startsWith('status_') && (
                <span className={styles.failed}>
                  {' '}
                  {said('option', `attempt.${attempt.error}`, humanised(attempt.error))}
                </span>
              )}
            </li>
          ))}
        </ol>
      )}
      {delivery.next_attempt_at && (
        <p className={styles.next}>
          {t('webhooks.next', { time: quantities.moment(delivery.next_attempt_at) })}
        </p>
      )}
    </article>
  )
}
