// One scene: its picture, files, metadata and history.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { Pencil, RefreshCw, Sparkles } from 'lucide-react'
import { useState } from 'react'
import { useParams, useSearchParams } from 'react-router'
import { Problem } from '../../api/client'
import { oneScene, resync, useConnections, VIDEOS } from '../../api/scenes'
import { useWords } from '../../i18n'
import { Button, ButtonLink, Empty, Notice, Sheet } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { Told, useDoing } from '../account/doing'
import { EditScene } from './EditScene'
import { fileOf, untitled } from './facts'
import { Generate } from './Generate'
import { JobProgress } from './JobProgress'
import styles from './ScenePage.module.css'
import { Facts, File, History, Markers, Names, Part, Plain, StashIds, Urls } from './SceneParts'
import type { Word } from './ScenesPages'

export function ScenePage() {
  const { sceneId = '' } = useParams()
  return <OneScene key={sceneId} id={sceneId} />
}

function OneScene({ id }: { id: string }) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const asked = useQuery(oneScene(id))
  const connections = useConnections()
  const [params, setParams] = useSearchParams()
  const { busy, problem, run } = useDoing()
  const [editing, edit] = useState(false)
  const [generating, generate] = useState(false)
  const scene = asked.data?.value
  const job = params.get('job')
  useTitle(scene?.title ?? t('scenes.way.scenes'))
  if (asked.error instanceof Problem && asked.error.status === 404)
    return (
      <Empty
        whole
        title={t('scenes.missing')}
        action={<ButtonLink to="/scenes">{t('scenes.way.scenes')}</ButtonLink>}
      />
    )
  if (!asked.data || !scene)
    return asked.error ? (
      <Gone title={t('scenes.oneGone')} error={asked.error} onAgain={() => void asked.refetch()} />
    ) : (
      <RowSkeleton rows={7} height={72} />
    )
  const source = connections.data?.find((one) => one.id === scene.source)
  return (
    <article className={styles.page}>
      <PageHead title={scene.title} text={untitled(scene) ? t('scenes.untitled') : ''}>
        <Button icon={Pencil} onPress={() => edit(true)}>
          {t('scenes.edit')}
        </Button>
        <Button icon={Sparkles} onPress={() => generate(true)}>
          {t('scenes.analyse')}
        </Button>
        {source && (
          <Button
            icon={RefreshCw}
            busy={busy || job !== null}
            onPress={() =>
              run(async () => {
                const started = await resync(id, source.id)
                setParams({ job: started.job_id }, { replace: true })
              })
            }
          >
            {t('scenes.resync')}
          </Button>
        )}
      </PageHead>
      <Told problem={problem} />
      {job && (
        <JobProgress
          jobId={job}
          onDone={() => {
            setParams({}, { replace: true })
            void client.invalidateQueries({ queryKey: ['scene', id] })
            void client.invalidateQueries({ queryKey: ['scenes'] })
          }}
        />
      )}
      {scene.absent && <Notice kind="warning" title={t('scenes.absentText')} />}
      <div className={styles.columns}>
        <div className={styles.main}>
          <Facts scene={scene} source={scene.source === VIDEOS ? t('scenes.videos') : source?.name} />
          {scene.details && (
            <Part title={t('scenes.change.details')}>
              <p className={styles.details}>{scene.details}</p>
            </Part>
          )}
          {scene.markers.length > 0 && (
            <Part title={t('scenes.markers')}>
              <Markers markers={scene.markers} duration={fileOf(scene)?.duration ?? null} />
            </Part>
          )}
          <Part title={t('scenes.files', { count: scene.files.length })}>
            {scene.files.length ? (
              <ul className={styles.files}>
                {scene.files.map((file) => (
                  <File key={file.path} file={file} only={scene.files.length === 1} />
                ))}
              </ul>
            ) : (
              <p className={styles.quiet}>{t('scenes.noFile')}</p>
            )}
          </Part>
        </div>
        <div className={styles.side}>
          <Names
            title={t('scenes.filter.studio')}
            kind="studios"
            names={scene.studio ? [scene.studio] : []}
          />
          <Names title={t('scenes.names.performers')} kind="performers" names={scene.performers} />
          <Names title={t('scenes.names.tags')} kind="tags" names={scene.tags} />
          <Plain title={t('scenes.groups')} names={scene.groups} />
          <Plain title={t('scenes.galleries')} names={scene.galleries} />
          <Urls urls={scene.urls} />
          <StashIds ids={scene.stash_ids} />
          <History id={id} />
        </div>
      </div>
      <Sheet title={t('scenes.edit')} open={editing} onClose={() => edit(false)}>
        <EditScene id={id} seen={asked.data} onClose={() => edit(false)} />
      </Sheet>
      <Generate
        open={generating}
        onClose={() => generate(false)}
        what={{ scene_ids: [id] }}
        count={1}
        most={1}
      />
    </article>
  )
}
