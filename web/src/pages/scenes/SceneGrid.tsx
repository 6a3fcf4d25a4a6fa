import { Check, CircleCheckBig, CircleSlash, ScanSearch } from 'lucide-react'
import { Checkbox, GridList, GridListItem, type Selection } from 'react-aria-components'
import type { SceneAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { clock, fileOf, namesOf, resolution, sceneAddress } from './facts'
import styles from './SceneGrid.module.css'
import type { Word } from './ScenesPages'
import type { ScenesWanted } from './wanted'

export interface ListProps {
  label: string
  scenes: readonly SceneAnswer[]
  /** Includes those of other pages. */
  chosen: ReadonlySet<string>
  onChoose: (ids: ReadonlySet<string>) => void
  wanted: ScenesWanted
  onSort: (sort: string) => void
}

/** The selection after a change on this page; other pages keep theirs. */
export function chosenWith(
  before: ReadonlySet<string>,
  scenes: readonly { id: string }[],
  now: Selection,
): ReadonlySet<string> {
  const next = new Set(before)
  for (const { id } of scenes) {
    if (now === 'all' || now.has(id)) next.add(id)
    else next.delete(id)
  }
  return next
}

export function SceneGrid({ label, scenes, chosen, onChoose }: ListProps) {
  return (
    <GridList
      aria-label={label}
      layout="grid"
      selectionMode="multiple"
      selectedKeys={chosen}
      onSelectionChange={(now) => onChoose(chosenWith(chosen, scenes, now))}
      className={styles.grid!}
    >
      {scenes.map((scene) => (
        <Card key={scene.id} scene={scene} />
      ))}
    </GridList>
  )
}

function Card({ scene }: { scene: SceneAnswer }) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const file = fileOf(scene)
  const facts = [
    file?.duration ? clock(file.duration) : '',
    file ? resolution(file.width, file.height) : '',
    file?.size ? quantities.bytes(file.size) : '',
  ].filter(Boolean)
  return (
    <GridListItem
      id={scene.id}
      textValue={scene.title}
      href={sceneAddress(scene.id)}
      className={`${styles.card} ${scene.absent ? styles.absent : ''}`}
    >
      <span className={styles.top}>
        <span className={styles.facts}>{facts.join(' · ') || t('scenes.noFile')}</span>
        <Marks scene={scene} />
        <Tick />
      </span>
      <strong className={styles.title}>{scene.title}</strong>
      <span className={styles.line}>
        {[scene.studio?.name, scene.scene_date].filter(Boolean).join(' · ') || ' '}
      </span>
      <span className={styles.line}>{namesOf(scene.performers) || ' '}</span>
      <span className={styles.tags}>
        {scene.tags.slice(0, 3).map((tag) => (
          <span key={tag.id}>{tag.name}</span>
        ))}
        {scene.tags.length > 3 && <span>+{scene.tags.length - 3}</span>}
      </span>
    </GridListItem>
  )
}

/** Selects its row. */
export const Tick = () => (
  <Checkbox slot="selection" className={styles.check!}>
    <span className={styles.box}>
      <Check aria-hidden size={14} strokeWidth={3} />
    </span>
  </Checkbox>
)

/** The scene's states, each with a word of its own. */
export function Marks({ scene }: { scene: SceneAnswer }) {
  const { t } = useWords<Word>()
  return (
    <span className={styles.marks}>
      {scene.absent && (
        <span className={styles.gone} title={t('scenes.absent')}>
          <CircleSlash aria-hidden size={16} />
          <span className="visually-hidden">{t('scenes.absent')}</span>
        </span>
      )}
      {scene.analyzed && (
        <span title={t('scenes.analyzed')}>
          <ScanSearch aria-hidden size={16} />
          <span className="visually-hidden">{t('scenes.analyzed')}</span>
        </span>
      )}
      {scene.organized && (
        <span className={styles.done} title={t('scenes.organized')}>
          <CircleCheckBig aria-hidden size={16} />
          <span className="visually-hidden">{t('scenes.organized')}</span>
        </span>
      )}
    </span>
  )
}

/** As many cards as a window holds, as large as the real ones. */
export function ScenesComing() {
  return (
    <div className={styles.grid} aria-hidden>
      {Array.from({ length: 12 }, (_, n) => (
        <span key={n} className={`${styles.card} ${styles.coming}`} />
      ))}
    </div>
  )
}
