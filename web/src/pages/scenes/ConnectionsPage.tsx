// The sources of scenes: connected servers, and the outcomes of their syncs.
import { useQueryClient } from '@tanstack/react-query'
import { Bot, Film, Pencil, Plus, RefreshCw, Server, Trash2 } from 'lucide-react'
import { useState } from 'react'
import { deleteConnection, isStash, startSync, startVideos, useConnections, useSyncs } from '../../api/scenes'
import type { ConnectionAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Empty, Notice, Sheet } from '../../ui/controls'
import { useTick, useTitle } from '../../ui/hooks'
import { Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { Told, useDoing } from '../account/doing'
import styles from './ConnectionsPage.module.css'
import { EditConnection } from './EditConnection'
import type { Word } from './ScenesPages'
import { Syncs } from './Syncs'
import page from './scenes.module.css'

export function ConnectionsPage() {
  const { t } = useWords<Word>()
  useTitle(t('scenes.way.sources'))
  useTick(30_000)
  const client = useQueryClient()
  const connections = useConnections()
  const syncs = useSyncs()
  const { busy, problem, run } = useDoing()
  const [editing, edit] = useState<ConnectionAnswer | 'new' | null>(null)
  const [removing, remove] = useState<ConnectionAnswer | null>(null)
  const again = () => client.invalidateQueries({ queryKey: ['connections'] })
  const sync = (id: string, incremental: boolean) =>
    run(async () => {
      await startSync(id, incremental)
      await client.invalidateQueries({ queryKey: ['jobs'] })
    })
  return (
    <div className={page.page}>
      <PageHead title={t('scenes.way.sources')} text={t('scenes.sources.text')}>
        <Button icon={Plus} kind="primary" onPress={() => edit('new')}>
          {t('scenes.connections.new')}
        </Button>
      </PageHead>
      <Told problem={problem} />
      {connections.isPending && <RowSkeleton rows={2} height={80} />}
      {connections.isError && !connections.data && (
        <Gone
          title={t('scenes.connections.gone')}
          error={connections.error}
          onAgain={() => void connections.refetch()}
        />
      )}
      {connections.data?.length === 0 && (
        <Empty title={t('scenes.connections.none')}>{t('scenes.connections.noneText')}</Empty>
      )}
      {connections.data && (
        <ul className={page.list}>
          {connections.data.map((one) => (
            <li key={one.id} className={styles.connection}>
              {isStash(one) ? (
                <Server aria-hidden size={22} strokeWidth={1.6} />
              ) : (
                <Bot aria-hidden size={22} strokeWidth={1.6} />
              )}
              <div className={styles.what}>
                <strong>{one.name}</strong>
                <span>{one.url}</span>
                <span>
                  {one.has_key
                    ? one.key_hint
                      ? t('scenes.connections.keyEnds', { hint: one.key_hint })
                      : t('scenes.connections.hasKey')
                    : t('scenes.connections.noKey')}
                </span>
              </div>
              <div className={styles.buttons}>
                {isStash(one) && (
                  <>
                    <Button icon={RefreshCw} busy={busy} onPress={() => sync(one.id, true)}>
                      {t('scenes.sync.incremental')}
                    </Button>
                    <Button busy={busy} onPress={() => sync(one.id, false)}>
                      {t('scenes.sync.full')}
                    </Button>
                  </>
                )}
                <Button
                  kind="quiet"
                  icon={Pencil}
                  label={t('scenes.connections.edit', { name: one.name })}
                  onPress={() => edit(one)}
                />
                <Button
                  kind="danger"
                  icon={Trash2}
                  label={t('scenes.connections.delete', { name: one.name })}
                  onPress={() => remove(one)}
                />
              </div>
            </li>
          ))}
          <li className={styles.connection}>
            <Film aria-hidden size={22} strokeWidth={1.6} />
            <div className={styles.what}>
              <strong>{t('scenes.videos')}</strong>
              <span>{t('scenes.videos.text')}</span>
            </div>
            <div className={styles.buttons}>
              <Button
                icon={RefreshCw}
                busy={busy}
                onPress={() =>
                  run(async () => {
                    await startVideos()
                    await client.invalidateQueries({ queryKey: ['jobs'] })
                  })
                }
              >
                {t('scenes.videos.take')}
              </Button>
            </div>
          </li>
        </ul>
      )}
      <Notice kind="info" title={t('scenes.push.title')}>
        <p>{t('scenes.push.text')}</p>
        <code className={styles.command}>millrace scenes push</code>
      </Notice>
      <Syncs syncs={syncs} />
      <Sheet
        title={t(editing === 'new' ? 'scenes.connections.new' : 'scenes.connections.change')}
        open={editing !== null}
        onClose={() => edit(null)}
      >
        {editing && (
          <EditConnection
            connection={editing === 'new' ? null : editing}
            onClose={() => {
              edit(null)
              void again()
            }}
          />
        )}
      </Sheet>
      <Sheet
        title={t('scenes.connections.deleteTitle')}
        open={removing !== null}
        onClose={() => remove(null)}
      >
        <div className={page.form}>
          <p>{t('scenes.connections.deleteText', { name: removing?.name ?? '' })}</p>
          <div className={page.actions}>
            <Button
              kind="danger"
              onPress={() => {
                const one = removing
                remove(null)
                if (one)
                  run(async () => {
                    await deleteConnection(one.id)
                    await again()
                  })
              }}
            >
              {t('delete')}
            </Button>
            <Button kind="primary" onPress={() => remove(null)}>
              {t('keep')}
            </Button>
          </div>
        </div>
      </Sheet>
    </div>
  )
}
