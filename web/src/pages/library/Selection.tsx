// The actions for the selected files.
import { FolderPlus, Tags as TagsIcon, Trash2 } from 'lucide-react'
import { useState } from 'react'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Sheet } from '../../ui/controls'
import { Share } from '../archives/Share'
import { Take } from '../archives/Take'
import { NewJob } from './NewJob'
import styles from './Selection.module.css'
import { TagFiles } from './TagFiles'

interface Props {
  files: readonly LibraryFile[]
  onClear: () => void
  removing: boolean
  onRemove: () => void
}

export function Selection({ files, onClear, removing, onRemove }: Props) {
  const { t } = useWords()
  const [doing, set] = useState<'job' | 'tag' | null>(null)
  const count = files.length
  const close = () => set(null)
  return (
    <>
      {count > 0 && (
        <div className={styles.bar} role="toolbar" aria-label={t('selected', { count })}>
          <strong className="number">{t('selected', { count })}</strong>
          <Take files={files} />
          <Share files={files} />
          <Button icon={FolderPlus} onPress={() => set('job')}>
            {t('library.newJob')}
          </Button>
          <Button kind="quiet" icon={TagsIcon} label={t('library.tagThem')} onPress={() => set('tag')} />
          <Button
            kind="danger"
            icon={Trash2}
            label={t('bin.throw', { count })}
            busy={removing}
            onPress={onRemove}
          />
          <Button kind="quiet" onPress={onClear}>
            {t('clear')}
          </Button>
        </div>
      )}
      <Sheet title={t('library.newJobOf', { count })} open={doing === 'job'} onClose={close}>
        <NewJob files={files} onClose={close} />
      </Sheet>
      <Sheet title={t('library.tagTitle', { count })} open={doing === 'tag'} onClose={close}>
        <TagFiles files={files} onClose={close} />
      </Sheet>
    </>
  )
}
