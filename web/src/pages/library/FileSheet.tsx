// One file of the library, large, with its facts and description beside it.
import { useQuery } from '@tanstack/react-query'
import { ArrowRight, ChevronLeft, ChevronRight, Download, Trash2, X } from 'lucide-react'
import { type KeyboardEvent, useState } from 'react'
import { useNavigate } from 'react-router'
import { Problem } from '../../api/client'
import { oneFile } from '../../api/library'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Empty, Sheet } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import { Facts } from '../job/Details'
import { useDownload } from '../job/download'
import { Describe } from './Describe'
import styles from './FileSheet.module.css'
import { titleOf } from './LibraryTile'
import { Original } from './Original'
import type { LibraryFiles } from './useLibraryFiles'

interface Props {
  id: string | null
  library: LibraryFiles
  onShow: (id: string) => void
  onTag: (tag: string) => void
  onDelete: (file: LibraryFile) => void
  onClose: () => void
}

export function FileSheet(props: Props) {
  const { id, library, onClose } = props
  const file = library.files.find((one) => one?.id === id)
  return (
    <Sheet full hideTitle title={file ? titleOf(file) : ''} open={id !== null} onClose={onClose}>
      {id !== null && <Stage key={id} {...props} id={id} listed={file} />}
    </Sheet>
  )
}

function Stage({
  id,
  listed,
  library,
  onShow,
  onTag,
  onDelete,
  onClose,
}: Props & { id: string; listed: LibraryFile | undefined }) {
  const { t } = useWords()
  const navigate = useNavigate()
  const asked = useQuery(oneFile(id))
  const download = useDownload()
  const [moving, move] = useState(false)
  const file = asked.data?.value ?? listed
  const at = library.files.findIndex((one) => one?.id === id)
  const total = library.files.length
  const go = (to: number) => {
    if (at < 0 || to < 0 || to >= total || moving) return
    const there = library.files[to]
    if (there) return onShow(there.id)
    move(true)
    void library
      .take([to])
      .then(([next]) => next && onShow(next.id))
      .catch(() => undefined)
      .finally(() => move(false))
  }
  const keys = (event: KeyboardEvent) => {
    const typing = (event.target as Element).closest('input, textarea, video, audio')
    if (typing || event.ctrlKey || event.metaKey || event.altKey) return
    const steps: Record<string, () => void> = {
      ArrowRight: () => go(at + 1),
      ArrowDown: () => go(at + 1),
      ArrowLeft: () => go(at - 1),
      ArrowUp: () => go(at - 1),
      Home: () => go(0),
      End: () => go(total - 1),
      Delete: () => file && onDelete(file),
    }
    const step = steps[event.key]
    if (!step || (event.target as Element).closest('[data-scrolls]')) return
    event.preventDefault()
    step()
  }
  const missing = asked.error instanceof Problem && asked.error.status === 404

  return (
    // biome-ignore lint/a11y/noStaticElementInteractions: the keys work anywhere in the dialog
    <div className={styles.sheet} onKeyDown={keys}>
      <div className={styles.bar}>
        <Button autoFocus kind="quiet" icon={X} label={t('close')} onPress={onClose} />
        <span className={styles.name}>{file && titleOf(file)}</span>
        {at >= 0 && <span className="number">{t('viewer.place', { place: at + 1, count: total })}</span>}
      </div>
      <div className={styles.stage}>
        {file && !missing && <Original key={file.id} file={file} />}
        {at > 0 && (
          <span className={styles.before}>
            <Button kind="quiet" icon={ChevronLeft} label={t('viewer.before')} onPress={() => go(at - 1)} />
          </span>
        )}
        {at >= 0 && at < total - 1 && (
          <span className={styles.after}>
            <Button kind="quiet" icon={ChevronRight} label={t('viewer.after')} onPress={() => go(at + 1)} />
          </span>
        )}
      </div>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
      <aside className={styles.side} aria-label={t('details')} tabIndex={0} data-scrolls>
        {missing ? (
          <Empty title={t('library.missing')} />
        ) : asked.error && !asked.data ? (
          <Gone title={t('library.fileGone')} error={asked.error} onAgain={() => void asked.refetch()} />
        ) : (
          file && (
            <>
              {asked.data && <Describe key={id} seen={asked.data} onTag={onTag} />}
              {!asked.data && <span className={styles.coming} aria-hidden />}
              <section>
                <h3>{t('details')}</h3>
                <Facts file={file} />
              </section>
              {download.error !== null && <p className={styles.error}>{t('library.downloadFailed')}</p>}
              <div className={styles.actions}>
                <Button icon={ArrowRight} onPress={() => navigate(`/jobs/${file.job_id}`)}>
                  {t('goToJob')}
                </Button>
                <Button
                  icon={Download}
                  busy={download.busy}
                  onPress={() => download.start(`/api/files/${file.id}/original`)}
                >
                  {t('library.download')}
                </Button>
                <Button kind="danger" icon={Trash2} onPress={() => onDelete(file)}>
                  {t('bin.throw', { count: 1 })}
                </Button>
              </div>
            </>
          )
        )}
      </aside>
    </div>
  )
}
