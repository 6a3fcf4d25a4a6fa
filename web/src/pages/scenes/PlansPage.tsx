// The plans, the latest first.
import { Link, useSearchParams } from 'react-router'
import { PLAN_STATUSES, type PlanStatus, SCENE_FIELDS, usePlans } from '../../api/plans'
import type { PlanAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, ButtonLink, Empty, Select } from '../../ui/controls'
import { useTick, useTitle } from '../../ui/hooks'
import { arrows, Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { PlanMark } from './PlanMark'
import styles from './PlanPage.module.css'
import type { Word } from './ScenesPages'
import page from './scenes.module.css'

export function PlansPage() {
  const { t } = useWords<Word>()
  useTitle(t('scenes.way.plans'))
  useTick(30_000)
  const [params, setParams] = useSearchParams()
  const asked = params.get('status') as PlanStatus | null
  const status = asked && PLAN_STATUSES.includes(asked) ? asked : ''
  const plans = usePlans(status)
  const found = plans.data?.pages.flatMap((one) => one.items) ?? []
  return (
    <div className={page.page}>
      <PageHead title={t('scenes.way.plans')} text={t('scenes.plans.text')}>
        <Select
          label={t('filter.state')}
          value={status}
          onChange={(value) => setParams(value ? { status: value } : {}, { replace: true })}
          options={[
            ['', t('all')],
            ...PLAN_STATUSES.map((one) => [one, t(`scenes.plan.status.${one}`)] as const),
          ]}
        />
      </PageHead>
      {plans.isPending && <RowSkeleton rows={5} height={80} />}
      {plans.isError && !plans.data && (
        <Gone title={t('scenes.plans.gone')} error={plans.error} onAgain={() => void plans.refetch()} />
      )}
      {plans.data && found.length === 0 && (
        <Empty
          title={t(status ? 'scenes.plans.noneSuch' : 'scenes.plans.none')}
          action={
            status ? (
              <Button onPress={() => setParams({}, { replace: true })}>{t('filter.clear')}</Button>
            ) : (
              <ButtonLink kind="primary" to="/scenes">
                {t('scenes.way.scenes')}
              </ButtonLink>
            )
          }
        >
          {!status && t('scenes.plans.noneText')}
        </Empty>
      )}
      {found.length > 0 && (
        <ul className={`${page.list} ${plans.isPlaceholderData ? page.stale : ''}`} onKeyDown={arrows}>
          {found.map((plan) => (
            <Row key={plan.id} plan={plan} />
          ))}
        </ul>
      )}
      {plans.hasNextPage && (
        <div className={page.more}>
          <Button busy={plans.isFetchingNextPage} onPress={() => void plans.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
    </div>
  )
}

function Row({ plan }: { plan: PlanAnswer }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const fields = SCENE_FIELDS.filter((field) => plan.changes[field])
  return (
    <li>
      <Link to={`/scenes/plans/${encodeURIComponent(plan.id)}`} className={styles.planRow!} data-stop>
        <span className={styles.what}>
          <strong>{plan.name}</strong>
          <span>
            {plan.status === 'pending'
              ? t('scenes.plan.atWork')
              : fields.length
                ? `${t('scenes.count', { count: plan.scenes })} · ${fields
                    .map(
                      (field) =>
                        `${t(`scenes.change.${field}`)} ${quantities.number(plan.changes[field] ?? 0)}`,
                    )
                    .join(', ')}`
                : t('scenes.plan.nothing')}
          </span>
        </span>
        <span className={styles.when}>
          <PlanMark status={plan.status} />
          <time dateTime={plan.created_at} title={quantities.moment(plan.created_at)}>
            {quantities.ago(plan.created_at)}
          </time>
        </span>
      </Link>
    </li>
  )
}
