import { ArrowDown, ArrowUp } from 'lucide-react'
import type { ReactNode } from 'react'
import { Cell, Column, Row, Table, TableBody, TableHeader } from 'react-aria-components'
import type { SceneAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { clock, fileOf, namesOf, resolution, sceneAddress } from './facts'
import { chosenWith, type ListProps, Marks, Tick } from './SceneGrid'
import type { Word } from './ScenesPages'
import styles from './SceneTable.module.css'
import { SORTS, type SortBy, sortName } from './wanted'

export function SceneTable({ label, scenes, chosen, onChoose, wanted, onSort }: ListProps) {
  const { t } = useWords<Word>()
  const quantities = useQuantities()
  const sorted = (by: SortBy, text: string, right = false) => (
    <Column id={by} allowsSorting isRowHeader={by === 'title'} className={right ? styles.right! : ''}>
      <span className={styles.head}>
        {text}
        {wanted.sortBy === by &&
          (wanted.descending ? <ArrowDown aria-hidden size={14} /> : <ArrowUp aria-hidden size={14} />)}
      </span>
    </Column>
  )
  const plain = (text: ReactNode, className = '') => <Column className={className}>{text}</Column>
  return (
    <div className={styles.room}>
      <Table
        aria-label={label}
        selectionMode="multiple"
        selectedKeys={chosen}
        onSelectionChange={(now) => onChoose(chosenWith(chosen, scenes, now))}
        sortDescriptor={{ column: wanted.sortBy, direction: wanted.descending ? 'descending' : 'ascending' }}
        onSortChange={({ column, direction }) => {
          const by = column as SortBy
          if (SORTS.includes(by)) onSort(sortName(by, direction === 'descending'))
        }}
        className={styles.table!}
      >
        <TableHeader>
          {plain(<Tick />, styles.tick)}
          {sorted('title', t('scenes.field.title'))}
          {plain(t('scenes.filter.studio'))}
          {plain(t('scenes.names.performers'))}
          {plain(t('scenes.names.tags'))}
          {sorted('scene_date', t('scenes.field.scene_date'))}
          {sorted('duration', t('scenes.field.duration'), true)}
          {plain(t('scenes.field.resolution'), styles.right)}
          {sorted('size', t('scenes.field.size'), true)}
          {plain(<span className="visually-hidden">{t('scenes.state')}</span>)}
        </TableHeader>
        <TableBody>
          {scenes.map((scene) => (
            <SceneRow key={scene.id} scene={scene} bytes={quantities.bytes} />
          ))}
        </TableBody>
      </Table>
    </div>
  )
}

function SceneRow({ scene, bytes }: { scene: SceneAnswer; bytes: (value: number) => string }) {
  const file = fileOf(scene)
  return (
    <Row id={scene.id} textValue={scene.title} href={sceneAddress(scene.id)} className={styles.row!}>
      <Cell className={styles.tick!}>
        <Tick />
      </Cell>
      <Cell className={styles.title!}>{scene.title}</Cell>
      <Cell>{scene.studio?.name}</Cell>
      <Cell className={styles.names!}>{namesOf(scene.performers)}</Cell>
      <Cell className={styles.names!}>{namesOf(scene.tags)}</Cell>
      <Cell className="number">{scene.scene_date}</Cell>
      <Cell className={`number ${styles.right}`}>{file?.duration ? clock(file.duration) : ''}</Cell>
      <Cell className={`number ${styles.right}`}>{file ? resolution(file.width, file.height) : ''}</Cell>
      <Cell className={`number ${styles.right}`}>{file?.size ? bytes(file.size) : ''}</Cell>
      <Cell>
        <Marks scene={scene} />
      </Cell>
    </Row>
  )
}
