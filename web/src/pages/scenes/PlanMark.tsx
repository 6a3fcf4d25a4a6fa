import { Ban, CircleCheckBig, FilePen, LoaderCircle, ScanSearch } from 'lucide-react'
import type { PlanStatus } from '../../api/plans'
import { useWords } from '../../i18n'
import styles from './PlanPage.module.css'
import type { Word } from './ScenesPages'

const ICONS = {
  pending: LoaderCircle,
  draft: FilePen,
  reviewing: ScanSearch,
  applied: CircleCheckBig,
  cancelled: Ban,
} satisfies Record<PlanStatus, typeof Ban>

export function PlanMark({ status }: { status: PlanStatus }) {
  const { t } = useWords<Word>()
  const Icon = ICONS[status]
  return (
    <span className={`${styles.mark} ${styles[`mark-${status}`]}`}>
      <Icon aria-hidden size={16} />
      {t(`scenes.plan.status.${status}`)}
    </span>
  )
}
