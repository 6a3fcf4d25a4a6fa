// The actions for the selected scenes.
import { useQueryClient } from '@tanstack/react-query'
import { CircleCheckBig, Sparkles, Tag, TagsIcon } from 'lucide-react'
import { useState } from 'react'
import { inBulk } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Bar, Button, Notice, Sheet } from '../../ui/controls'
import { Told, useDoing } from '../account/doing'
import selection from '../library/Selection.module.css'
import { NameList } from './NameList'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  ids: readonly string[]
  onClear: () => void
  onGenerate: () => void
}

type Doing = 'add-tags' | 'remove-tags' | 'organized'

export function Bulk({ ids, onClear, onGenerate }: Props) {
  const { t } = useWords<Word>()
  const [doing, set] = useState<Doing | null>(null)
  const count = ids.length
  const titles: Record<Doing, Word> = {
    'add-tags': 'scenes.bulk.addTitle',
    'remove-tags': 'scenes.bulk.removeTitle',
    organized: 'scenes.bulk.organizedTitle',
  }
  return (
    <>
      {count > 0 && (
        <div className={selection.bar} role="toolbar" aria-label={t('selected', { count })}>
          <strong className="number">{t('selected', { count })}</strong>
          <Button icon={Sparkles} label={t('scenes.generate')} kind="quiet" onPress={onGenerate} />
          <Button icon={Tag} label={t('scenes.bulk.add')} kind="quiet" onPress={() => set('add-tags')} />
          <Button
            icon={TagsIcon}
            label={t('scenes.bulk.remove')}
            kind="quiet"
            onPress={() => set('remove-tags')}
          />
          <Button
            icon={CircleCheckBig}
            label={t('scenes.bulk.organized')}
            kind="quiet"
            onPress={() => set('organized')}
          />
          <Button kind="quiet" onPress={onClear}>
            {t('clear')}
          </Button>
        </div>
      )}
      <Sheet
        title={doing ? t(titles[doing], { count }) : ''}
        open={doing !== null && count > 0}
        onClose={() => set(null)}
      >
        {doing && <Change doing={doing} ids={ids} onClose={() => set(null)} />}
      </Sheet>
    </>
  )
}

function Change({ doing, ids, onClose }: { doing: Doing; ids: readonly string[]; onClose: () => void }) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const { busy, problem, run } = useDoing()
  const [tags, setTags] = useState<readonly string[]>([])
  const [done, setDone] = useState(0)
  const [missing, setMissing] = useState(0)
  const carryOut = (body: object) =>
    run(async () => {
      setDone(0)
      try {
        const answer = await inBulk(doing === 'organized' ? 'bulk-update' : doing, ids, body, setDone)
        if (answer.missing.length) setMissing(answer.missing.length)
        else onClose()
      } finally {
        await client.invalidateQueries({ queryKey: ['scenes'] })
      }
    })
  return (
    <div className={styles.form}>
      <Told problem={problem} />
      {missing > 0 && <Notice kind="warning" title={t('scenes.bulk.missing', { count: missing })} />}
      {doing !== 'organized' && (
        <NameList kind="tags" label={t('scenes.names.tags')} chosen={tags} onChoose={setTags} />
      )}
      <p>{t('scenes.bulk.here')}</p>
      {busy && (
        <Bar value={(100 * done) / ids.length} label={t('scenes.bulk.doing', { done, count: ids.length })} />
      )}
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        {doing === 'organized' ? (
          <>
            <Button busy={busy} onPress={() => carryOut({ changes: { organized: false } })}>
              {t('scenes.bulk.unorganize')}
            </Button>
            <Button kind="primary" busy={busy} onPress={() => carryOut({ changes: { organized: true } })}>
              {t('scenes.bulk.organize')}
            </Button>
          </>
        ) : (
          <Button
            kind="primary"
            busy={busy}
            isDisabled={!tags.length}
            onPress={() => carryOut({ tag_ids: tags })}
          >
            {t(doing === 'add-tags' ? 'scenes.bulk.addThese' : 'scenes.bulk.removeThese', {
              count: tags.length,
            })}
          </Button>
        )}
      </div>
    </div>
  )
}
