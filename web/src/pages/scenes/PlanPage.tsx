// One plan: its changes scene by scene, decided by keys as fast as they are read, applied, reverted.
import { useQueryClient } from '@tanstack/react-query'
import { Keyboard, ListChecks, Play, TriangleAlert, Undo2 } from 'lucide-react'
import { useCallback, useState } from 'react'
import { useNavigate, useParams, useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { cancelPlan, undoPlan, useJobOfPlan } from '../../api/plans'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, ButtonLink, Empty, Notice, Sheet } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { Told, useDoing } from '../account/doing'
import { Apply } from './Apply'
import { Costs } from './Costs'
import { JobProgress } from './JobProgress'
import { Many } from './Many'
import { PlanCounts } from './PlanCounts'
import { PlanMark } from './PlanMark'
import styles from './PlanPage.module.css'
import { Keys, useFocusAt, useReviewKeys } from './ReviewKeys'
import { type Act, changeAt, decide, decideRest, edit, look, move, moveScene, type Review } from './review'
import { SceneChanges } from './SceneChanges'
import type { Word } from './ScenesPages'
import sheets from './scenes.module.css'
import { useReview } from './useReview'

export function PlanPage() {
  const { planId = '' } = useParams()
  // Another plan is another page: nothing of the previous one stays.
  return <OnePlan key={planId} planId={planId} />
}

type Open = 'many' | 'apply' | 'keys' | 'cancel' | null

function OnePlan({ planId }: { planId: string }) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const client = useQueryClient()
  const navigate = useNavigate()
  const [params, setParams] = useSearchParams()
  const reviewing = useReview(planId)
  const { plan, review, act, error, toFault } = reviewing
  // The address names the job that was just started; for later visits the API names it.
  const analysis = useJobOfPlan(planId, plan?.name ?? '', plan?.status === 'pending' && !params.has('job'))
  const job = params.get('job') ?? (plan?.status === 'pending' ? (analysis.data ?? null) : null)
  const { busy, problem, run } = useDoing()
  const [open, setOpen] = useState<Open>(null)
  const [editing, setEditing] = useState<string | null>(null)
  useTitle(plan?.name ?? t('scenes.way.plans'))
  const decidable = plan?.status === 'draft' || plan?.status === 'reviewing'
  const onPress = useCallback(
    (what: Act, id?: string) => {
      // A button acts on its own change, a key on the current one.
      const here = (review: Review) => (id === undefined ? review : look(review, id))
      const acts: Record<Act, () => void> = {
        accept: () => decidable && act((review) => decide(here(review), 'approved')),
        reject: () => decidable && act((review) => decide(here(review), 'rejected')),
        open: () => decidable && act((review) => decide(here(review), 'pending')),
        acceptRest: () => decidable && act((review) => decideRest(here(review), 'approved')),
        rejectRest: () => decidable && act((review) => decideRest(here(review), 'rejected')),
        next: () => act((review) => [move(review, 1), []]),
        previous: () => act((review) => [move(review, -1), []]),
        nextScene: () => act((review) => [moveScene(review, 1), []]),
        previousScene: () => act((review) => [moveScene(review, -1), []]),
        edit: () => {
          if (!decidable) return
          act((review) => [here(review), []])
          setEditing(id ?? 'at')
        },
        fault: () => void toFault(),
        many: () => decidable && setOpen('many'),
        apply: () => decidable && setOpen('apply'),
        keys: () => setOpen('keys'),
      }
      acts[what]()
    },
    [act, decidable, toFault],
  )
  const onLook = useCallback((id: string) => act((review) => [look(review, id), []]), [act])
  const onEdit = useCallback(
    (id: string, value: unknown) => {
      setEditing(null)
      if (value !== undefined) act((review) => edit(review, id, value))
    },
    [act],
  )
  useReviewKeys(onPress, plan !== null && open === null && editing === null)
  useFocusAt(review.at, open === null && editing === null)
  const edited = editing === 'at' ? review.at : editing

  if (error instanceof Problem && error.status === 404)
    return (
      <Empty
        whole
        title={t('scenes.plan.missing')}
        action={<ButtonLink to="/scenes/plans">{t('scenes.way.plans')}</ButtonLink>}
      />
    )
  if (!plan)
    return error ? (
      <Gone title={t('scenes.plan.gone')} error={error} onAgain={reviewing.reload} />
    ) : (
      <RowSkeleton rows={8} height={72} />
    )
  const counts = review.counts
  const approved = counts?.approved ?? 0
  const total = Object.values(plan.changes).reduce((sum, n) => sum + n, 0)
  const undone = plan.metadata.undoes
  const why = (refused: unknown) =>
    refused instanceof Problem
      ? (refused.fields[0]?.message ?? said('error', refused.code, refused.message))
      : String(refused)
  const settle = (task: () => Promise<void>) =>
    run(async () => {
      await reviewing.told()
      await task()
      await client.invalidateQueries({ queryKey: ['plans'] })
    })

  return (
    <div className={styles.plan}>
      <PageHead title={plan.name} text={typeof undone === 'string' ? t('scenes.plan.undoes') : ''}>
        <span className={styles.when}>
          <PlanMark status={plan.status} />
          <time dateTime={plan.created_at} title={quantities.moment(plan.created_at)}>
            {quantities.ago(plan.created_at)}
          </time>
        </span>
      </PageHead>
      {job && (
        <JobProgress
          jobId={job}
          onDone={() => {
            setParams({}, { replace: true })
            reviewing.reload()
            void client.invalidateQueries({ queryKey: ['plans'] })
            void client.invalidateQueries({ queryKey: ['scenes'] })
          }}
        />
      )}
      {plan.status === 'pending' && !job && <Notice kind="info" title={t('scenes.plan.atWork')} />}
      {plan.metadata.ai != null && <Costs planId={planId} atWork={plan.status === 'pending'} />}
      <Told problem={problem} />
      {reviewing.refused !== null && (
        <Notice kind="error" title={t('scenes.plan.refused')}>
          <p>{why(reviewing.refused)}</p>
        </Notice>
      )}
      {plan.status !== 'pending' && (
        <div className={styles.bar}>
          <div className={styles.counts}>
            <PlanCounts counts={counts} total={total} left={reviewing.left} />
          </div>
          <div className={styles.tools}>
            <Button kind="quiet" icon={Keyboard} label={t('scenes.keys')} onPress={() => setOpen('keys')} />
            {decidable && (
              <Button icon={ListChecks} onPress={() => setOpen('many')}>
                {t('scenes.many')}
              </Button>
            )}
            {(counts?.conflict ?? 0) + (counts?.failed ?? 0) > 0 && (
              <Button icon={TriangleAlert} onPress={() => void toFault()}>
                {t('scenes.key.fault')}
              </Button>
            )}
            {(counts?.applied ?? 0) > 0 && (
              <Button
                icon={Undo2}
                busy={busy}
                onPress={() =>
                  settle(async () => {
                    const made = await undoPlan(planId)
                    navigate(`/scenes/plans/${encodeURIComponent(made.id)}`)
                  })
                }
              >
                {t('scenes.undo')}
              </Button>
            )}
            {decidable && (
              <Button kind="primary" icon={Play} isDisabled={!approved} onPress={() => setOpen('apply')}>
                {t('scenes.apply', { count: approved })}
              </Button>
            )}
          </div>
        </div>
      )}
      {plan.status !== 'pending' && total === 0 && (
        <Empty
          title={t('scenes.plan.nothing')}
          action={<ButtonLink to="/scenes">{t('scenes.way.scenes')}</ButtonLink>}
        >
          {t('scenes.plan.nothingText')}
        </Empty>
      )}
      <ol className={styles.scenes} aria-label={t('scenes.plan.changes', { count: total })}>
        {review.scenes.map((scene) => (
          <SceneChanges
            key={scene.scene_id}
            scene={scene}
            at={scene.changes.some((one) => one.id === review.at) ? review.at : null}
            editing={scene.changes.some((one) => one.id === edited) ? edited : null}
            open={decidable}
            onPress={onPress}
            onLook={onLook}
            onEdit={onEdit}
          />
        ))}
      </ol>
      {review.cursor !== null && (
        <div className={sheets.more}>
          <Button busy={reviewing.busy} onPress={reviewing.on}>
            {t('more')}
          </Button>
        </div>
      )}
      {error !== null && <Gone title={t('scenes.plan.gone')} error={error} onAgain={reviewing.on} />}
      {(decidable || plan.status === 'pending') && (
        <div className={styles.end}>
          <Button kind="danger" onPress={() => setOpen('cancel')}>
            {t('scenes.plan.cancel')}
          </Button>
        </div>
      )}

      <Sheet title={t('scenes.many')} open={open === 'many'} onClose={() => setOpen(null)}>
        <Many plan={plan} review={review} whole={reviewing.whole} act={act} onClose={() => setOpen(null)} />
      </Sheet>
      <Sheet title={t('scenes.applyTitle')} open={open === 'apply'} onClose={() => setOpen(null)}>
        <Apply
          planId={planId}
          review={review}
          told={reviewing.told}
          onStarted={(jobId) => {
            setOpen(null)
            setParams({ job: jobId }, { replace: true })
          }}
          onClose={() => setOpen(null)}
        />
      </Sheet>
      <Sheet title={t('scenes.keys')} open={open === 'keys'} onClose={() => setOpen(null)}>
        <Keys />
      </Sheet>
      <Sheet title={t('scenes.plan.cancelTitle')} open={open === 'cancel'} onClose={() => setOpen(null)}>
        <div className={sheets.form}>
          <p>{t('scenes.plan.cancelText')}</p>
          <div className={sheets.actions}>
            <Button
              kind="danger"
              busy={busy}
              onPress={() => {
                setOpen(null)
                settle(async () => {
                  await cancelPlan(planId)
                  reviewing.reload()
                })
              }}
            >
              {t('scenes.plan.cancel')}
            </Button>
            <Button kind="primary" onPress={() => setOpen(null)}>
              {t('keep')}
            </Button>
          </div>
        </div>
      </Sheet>
      <p className="visually-hidden" role="status">
        {changeAt(review) && counts ? t('scenes.plan.left', { count: counts.pending ?? 0 }) : ''}
      </p>
    </div>
  )
}
