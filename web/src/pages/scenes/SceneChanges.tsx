// The changes of one scene, side by side: current value, proposed value, confidence and reason.
import {
  ArrowRight,
  Bot,
  Check,
  type CircleAlert,
  CircleCheck,
  CircleDashed,
  CircleX,
  Minus,
  Pencil,
  Plus,
  TriangleAlert,
  X,
} from 'lucide-react'
import { memo } from 'react'
import { Link } from 'react-router'
import type { Status } from '../../api/plans'
import type { ChangeAnswer, SceneOfPlan } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { EditValue } from './EditValue'
import { sceneAddress } from './facts'
import { type Act, settled, valueText } from './review'
import styles from './SceneChanges.module.css'
import type { Word } from './ScenesPages'

interface Props {
  scene: SceneOfPlan
  at: string | null
  editing: string | null
  /** Whether changes may be decided. */
  open: boolean
  onPress: (act: Act, id: string) => void
  onLook: (id: string) => void
  onEdit: (id: string, value: unknown) => void
}

export const SceneChanges = memo(function SceneChanges({
  scene,
  at,
  editing,
  open,
  onPress,
  onLook,
  onEdit,
}: Props) {
  const { t } = useWords<Word>()
  const rest = scene.changes.filter((one) => one.status === 'pending').length
  const first = scene.changes[0]
  return (
    <li className={styles.scene}>
      <header className={styles.head}>
        <div>
          <h2>
            <Link to={sceneAddress(scene.scene_id)}>{scene.title}</Link>
          </h2>
          {scene.path && scene.path !== scene.title && <p>{scene.path}</p>}
        </div>
        {open && first && rest > 1 && (
          <button
            type="button"
            className={styles.rest}
            tabIndex={at ? 0 : -1}
            onClick={() => onPress('acceptRest', at ?? first.id)}
          >
            {t('scenes.acceptRest', { count: rest })}
          </button>
        )}
      </header>
      <ul>
        {scene.changes.map((change) => (
          <Row
            key={change.id}
            change={change}
            current={change.id === at}
            editing={change.id === editing}
            open={open && !settled(change)}
            onPress={onPress}
            onLook={onLook}
            onEdit={onEdit}
          />
        ))}
      </ul>
    </li>
  )
})

interface RowProps extends Pick<Props, 'onPress' | 'onLook' | 'onEdit' | 'open'> {
  change: ChangeAnswer
  current: boolean
  editing: boolean
}

const Row = memo(function Row({ change, current, editing, open, onPress, onLook, onEdit }: RowProps) {
  const { t } = useWords<Word>()
  const { number } = useQuantities()
  const field = t(`scenes.change.${change.field}`)
  const Sign = SIGNS[change.action]
  const proposed = valueText(change.proposed_value)
  const percent = Math.round(100 * change.confidence)
  const stop = current ? 0 : -1
  return (
    <li>
      {/* biome-ignore lint/a11y/useSemanticElements: a fieldset would put its own look and name on every line */}
      <div
        id={`change-${change.id}`}
        role="group"
        aria-label={`${field}: ${proposed.slice(0, 200)}. ${t('scenes.percent', { percent })}. ${t(`scenes.status.${change.status}`)}`}
        aria-current={current}
        tabIndex={stop}
        className={`${styles.row} ${styles[change.status]} ${current ? styles.current : ''}`}
        onFocus={() => !current && onLook(change.id)}
        onMouseDown={() => !current && onLook(change.id)}
      >
        <span className={styles.field}>
          {field}
          <small>{t(`scenes.action.${change.action}`)}</small>
        </span>
        {editing ? (
          <div className={styles.edit}>
            <EditValue change={change} onDone={(value) => onEdit(change.id, value)} />
          </div>
        ) : (
          <div className={styles.values}>
            {change.action === 'set' ? (
              <Value label={t('scenes.current')} value={change.current_value} className={styles.before!} />
            ) : (
              <span className={styles.none} />
            )}
            <Sign aria-hidden size={16} />
            <Value
              label={t('scenes.proposed')}
              value={change.proposed_value}
              className={change.action === 'remove' ? styles.removed! : styles.after!}
            />
          </div>
        )}
        <span className={styles.why}>
          <span className={styles.sure}>
            <i aria-hidden>
              <b style={{ width: `${percent}%` }} />
            </i>
            <span className="number">{t('scenes.percent', { percent: number(percent) })}</span>
            {change.source === 'ai' && (
              <span className={styles.model} title={t('scenes.ai.proposes')}>
                <Bot aria-hidden size={16} />
                <span className="visually-hidden">{t('scenes.ai.proposes')}</span>
              </span>
            )}
          </span>
          <small>{change.reason}</small>
        </span>
        <span className={styles.end}>
          {open ? (
            <>
              <Choice
                act="accept"
                change={change}
                on={change.status === 'approved'}
                name={`${field}: ${proposed.slice(0, 80)}`}
                stop={stop}
                onPress={onPress}
              />
              <Choice
                act="reject"
                change={change}
                on={change.status === 'rejected'}
                name={`${field}: ${proposed.slice(0, 80)}`}
                stop={stop}
                onPress={onPress}
              />
              <button
                type="button"
                className={styles.button}
                tabIndex={stop}
                aria-label={t('scenes.editThis', { change: `${field}: ${proposed.slice(0, 80)}` })}
                title={t('scenes.key.edit')}
                onClick={() => onPress('edit', change.id)}
              >
                <Pencil aria-hidden size={16} />
              </button>
            </>
          ) : (
            <StatusMark status={change.status} />
          )}
        </span>
        {change.message && <p className={styles.message}>{change.message}</p>}
      </div>
    </li>
  )
})

interface ChoiceProps {
  act: 'accept' | 'reject'
  change: ChangeAnswer
  on: boolean
  name: string
  stop: number
  onPress: (act: Act, id: string) => void
}

function Choice({ act, change, on, name, stop, onPress }: ChoiceProps) {
  const { t } = useWords<Word>()
  const Icon = act === 'accept' ? Check : X
  return (
    <button
      type="button"
      className={`${styles.button} ${styles[act]}`}
      tabIndex={stop}
      aria-pressed={on}
      aria-label={t(act === 'accept' ? 'scenes.acceptThis' : 'scenes.rejectThis', { change: name })}
      title={t(`scenes.key.${act}`)}
      // A second press takes the decision back.
      onClick={() => onPress(on ? 'open' : act, change.id)}
    >
      <Icon aria-hidden size={18} strokeWidth={2.2} />
    </button>
  )
}

const SIGNS = { set: ArrowRight, add: Plus, remove: Minus } satisfies Record<
  ChangeAnswer['action'],
  typeof Plus
>

const MARKS = {
  pending: CircleDashed,
  approved: Check,
  rejected: X,
  applied: CircleCheck,
  conflict: TriangleAlert,
  failed: CircleX,
} satisfies Record<Status, typeof CircleAlert>

function StatusMark({ status }: { status: Status }) {
  const { t } = useWords<Word>()
  const Icon = MARKS[status]
  return (
    <span className={`${styles.mark} ${styles[`mark-${status}`]}`}>
      <Icon aria-hidden size={16} />
      {t(`scenes.status.${status}`)}
    </span>
  )
}

function Value({ label, value, className }: { label: string; value: unknown; className: string }) {
  const text = valueText(value)
  return (
    <span className={`${styles.value} ${className}`}>
      <span className="visually-hidden">{label}: </span>
      {text || '–'}
    </span>
  )
}
