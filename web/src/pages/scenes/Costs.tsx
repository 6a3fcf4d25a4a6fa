// The cost of asking a language model for a plan, and the scenes left out.
import { useCosts } from '../../api/plans'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Notice } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import type { Word } from './ScenesPages'

export function Costs({ planId, atWork }: { planId: string; atWork: boolean }) {
  const { t, said } = useWords<Word>()
  const { number } = useQuantities()
  const costs = useCosts(planId, atWork)
  if (costs.isError && !costs.data)
    return <Gone title={t('scenes.costs.gone')} error={costs.error} onAgain={() => void costs.refetch()} />
  if (!costs.data) return null
  const { model, token_budget, counted, failed, unasked, invented, stopped, failures } = costs.data
  const taken = counted.prompt_tokens + counted.completion_tokens
  return (
    <Notice
      kind={failed || unasked ? 'warning' : 'info'}
      title={t('scenes.costs', { model, tokens: taken, budget: token_budget })}
    >
      <p>
        {[
          t('scenes.costs.requests', { count: counted.requests }),
          counted.cost === null ? '' : t('scenes.costs.cost', { cost: number(counted.cost) }),
          counted.unmetered_requests
            ? t('scenes.costs.unmetered', { count: counted.unmetered_requests })
            : '',
          counted.frames ? t('scenes.costs.frames', { count: counted.frames }) : '',
          failed ? t('scenes.costs.failed', { count: failed }) : '',
          unasked ? t('scenes.costs.unasked', { count: unasked }) : '',
          invented ? t('scenes.costs.invented', { count: invented }) : '',
        ]
          .filter(Boolean)
          .join(' · ')}
      </p>
      {stopped && <p>{stopped === 'budget' ? t('scenes.costs.budget') : said('error', stopped, stopped)}</p>}
      {failures.length > 0 && (
        <details>
          <summary>{t('scenes.sync.which', { count: failures.length })}</summary>
          <ul>
            {failures.map((one) => (
              <li key={one}>{one}</li>
            ))}
          </ul>
        </details>
      )}
    </Notice>
  )
}
