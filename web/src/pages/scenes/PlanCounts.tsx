// The numbers of a plan's changes by status, and whether all decisions are sent.
import { Check } from 'lucide-react'
import { useWords } from '../../i18n'
import { Bar } from '../../ui/controls'
import styles from './PlanPage.module.css'
import type { Review } from './review'
import type { Word } from './ScenesPages'

const STATUSES = ['pending', 'approved', 'rejected', 'applied', 'conflict', 'failed'] as const

export function PlanCounts({
  counts,
  total,
  left,
}: {
  counts: Review['counts']
  total: number
  left: number
}) {
  const { t } = useWords<Word>()
  if (!counts) return <p>{t('scenes.plan.counting')}</p>
  return (
    <>
      <Bar
        value={total ? (100 * (total - (counts.pending ?? 0))) / total : 0}
        label={t('scenes.plan.left', { count: counts.pending ?? 0 })}
        tone="accent"
      />
      <p>
        {STATUSES.filter((one) => one === 'pending' || counts[one]).map((one) => (
          <span key={one} className="number">
            {t(`scenes.counted.${one}`, { count: counts[one] ?? 0 })}
          </span>
        ))}
        <span className={styles.saving}>
          {left > 0 ? (
            t('scenes.saving', { count: left })
          ) : (
            <>
              <Check aria-hidden size={14} /> {t('scenes.saved')}
            </>
          )}
        </span>
      </p>
    </>
  )
}
