// Decides many changes by one rule; earlier decisions stay.
import { type FormEvent, useState } from 'react'
import { SCENE_FIELDS, type SceneField } from '../../api/plans'
import type { BulkDecision, PlanAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import { changeAt, decideMany, meant, type Review, type Step, statusOf } from './review'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  plan: PlanAnswer
  review: Review
  whole: (body: BulkDecision) => Promise<void>
  act: (step: (review: Review) => Step) => void
  onClose: () => void
}

const RULES = [
  'accept_by_confidence',
  'accept_by_field',
  'reject_by_field',
  'accept_all',
  'reject_all',
] as const
type Rule = (typeof RULES)[number]

export function Many({ plan, review, whole, act, onClose }: Props) {
  const { t } = useWords<Word>()
  const fields = SCENE_FIELDS.filter((field) => plan.changes[field])
  const [rule, setRule] = useState<Rule>('accept_by_confidence')
  const [field, setField] = useState<SceneField>(changeAt(review)?.field ?? fields[0] ?? 'tags')
  const [percent, setPercent] = useState(90)
  const [busy, setBusy] = useState(false)
  const [failed, setFailed] = useState(false)
  const body: BulkDecision = {
    action: rule,
    ...(rule.endsWith('_field') ? { field } : {}),
    ...(rule.endsWith('_confidence') ? { confidence: percent / 100 } : {}),
  }
  const count = meant(review, body)
  const decideThem = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setFailed(false)
    try {
      await whole(body)
      act((now) => decideMany(now, body))
      onClose()
    } catch {
      setFailed(true)
      setBusy(false)
    }
  }
  return (
    <form className={styles.form} onSubmit={(event) => void decideThem(event)}>
      <p>{t('scenes.many.text')}</p>
      {failed && <Notice kind="error" title={t('scenes.plan.gone')} />}
      <fieldset className={styles.rules}>
        <legend className="visually-hidden">{t('scenes.many')}</legend>
        {RULES.map((one) => (
          <label key={one}>
            <input
              type="radio"
              name="rule"
              // biome-ignore lint/a11y/noAutofocus: the rule is the first choice, and arrows lead on from it
              autoFocus={one === 'accept_by_confidence'}
              checked={rule === one}
              onChange={() => setRule(one)}
            />
            {t(`scenes.many.${one}`)}
          </label>
        ))}
      </fieldset>
      {rule.endsWith('_field') && (
        <label className={styles.field}>
          {t('scenes.many.field')}
          <select value={field} onChange={(event) => setField(event.target.value as SceneField)}>
            {fields.map((one) => (
              <option key={one} value={one}>
                {t(`scenes.change.${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      {rule.endsWith('_confidence') && (
        <label className={styles.field}>
          <span>
            {t('scenes.many.confidence')} <span className="number">{t('scenes.percent', { percent })}</span>
          </span>
          <input
            type="range"
            min={50}
            max={100}
            step={5}
            value={percent}
            aria-valuetext={t('scenes.percent', { percent })}
            onChange={(event) => setPercent(Number(event.target.value))}
          />
        </label>
      )}
      <p role="status">
        {t(review.cursor === null ? 'scenes.many.count' : 'scenes.many.countHere', { count })}
      </p>
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={busy} isDisabled={review.cursor === null && count === 0}>
          {t(statusOf(body) === 'approved' ? 'scenes.many.accept' : 'scenes.many.reject')}
        </Button>
      </div>
    </form>
  )
}
