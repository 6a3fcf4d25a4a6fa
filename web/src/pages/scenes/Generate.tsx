// Starts an analysis of scenes, which makes a plan.
import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { generatePlan, SCENE_FIELDS, type SceneField } from '../../api/plans'
import type { AiOptions, SceneFilters } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice, Sheet } from '../../ui/controls'
import { Switch } from '../../ui/Switch'
import { Told, useDoing } from '../account/doing'
import { AskModel } from './AskModel'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  open: boolean
  onClose: () => void
  what: { scene_ids: string[] } | { filters: SceneFilters }
  count: number
  most: number
}

export function Generate(props: Props) {
  const { t } = useWords<Word>()
  return (
    <Sheet
      title={t('scenes.generateTitle', { count: props.count })}
      open={props.open}
      onClose={props.onClose}
    >
      <Ask {...props} />
    </Sheet>
  )
}

function Ask({ onClose, what, count, most }: Props) {
  const { t } = useWords<Word>()
  const navigate = useNavigate()
  const client = useQueryClient()
  const { busy, problem, run } = useDoing()
  const [name, setName] = useState('')
  const [detect, setDetect] = useState<ReadonlySet<SceneField>>(new Set(SCENE_FIELDS))
  const [percent, setPercent] = useState(70)
  const [organized, setOrganized] = useState(false)
  const [ai, setAi] = useState<AiOptions | null>(null)
  const start = (event: FormEvent) => {
    event.preventDefault()
    run(async () => {
      const started = await generatePlan({
        ...what,
        options: {
          detect: SCENE_FIELDS.filter((one) => detect.has(one)),
          confidence_threshold: percent / 100,
          include_organized: organized,
          ...(ai ? { use_ai: true, ai } : {}),
        },
        ...(name.trim() ? { plan_name: name.trim() } : {}),
      })
      await client.invalidateQueries({ queryKey: ['plans'] })
      onClose()
      navigate(`/scenes/plans/${encodeURIComponent(started.plan_id)}?job=${started.job_id}`)
    })
  }
  return (
    <form className={styles.form} onSubmit={start}>
      <p>{t('scenes.generateText')}</p>
      <Told problem={problem} />
      {count > most && <Notice kind="warning" title={t('scenes.generateMost', { most })} />}
      <label className={styles.field}>
        {t('scenes.plan.name')}
        <input
          value={name}
          maxLength={200}
          placeholder={t('scenes.plan.namePlaceholder', { count })}
          onChange={(event) => setName(event.target.value)}
        />
      </label>
      <fieldset className={styles.checks}>
        <legend>{t('scenes.generate.look')}</legend>
        {SCENE_FIELDS.map((field) => (
          <label key={field}>
            <input
              type="checkbox"
              checked={detect.has(field)}
              onChange={() => {
                const next = new Set(detect)
                if (!next.delete(field)) next.add(field)
                setDetect(next)
              }}
            />
            {t(`scenes.change.${field}`)}
          </label>
        ))}
      </fieldset>
      <label className={styles.field}>
        <span>
          {t('scenes.generate.threshold')} <span className="number">{t('scenes.percent', { percent })}</span>
        </span>
        <input
          type="range"
          min={0}
          max={100}
          step={5}
          value={percent}
          aria-valuetext={t('scenes.percent', { percent })}
          onChange={(event) => setPercent(Number(event.target.value))}
        />
      </label>
      <AskModel value={ai} onChange={setAi} />
      <Switch isSelected={organized} onChange={setOrganized}>
        {t('scenes.generate.organized')}
      </Switch>
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={busy} isDisabled={!detect.size || count > most}>
          {t('scenes.generate.start')}
        </Button>
      </div>
    </form>
  )
}
