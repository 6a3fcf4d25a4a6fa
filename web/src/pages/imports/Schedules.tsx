// Scheduled imports: their next time, their jobs, and the ways to stop one.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { CalendarClock, Pause, Play, Trash2, Zap } from 'lucide-react'
import { useRef, useState } from 'react'
import { Link } from 'react-router'
import { deleteSchedule, pauseSchedule, runSchedule, schedules } from '../../api/imports'
import type { ScheduleAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button } from '../../ui/controls'
import { Gone, RowSkeleton } from '../../ui/Page'
import styles from './ImportPage.module.css'
import { Said } from './Said'
import type { Word } from './words'

export function Schedules() {
  const { t } = useWords<Word>()
  const found = useQuery(schedules)
  const imports = found.data?.filter((one) => one.path !== null) ?? []
  return (
    <section className={styles.section} aria-labelledby="import-schedules">
      <h2 id="import-schedules">{t('import.schedules')}</h2>
      {found.isPending && <RowSkeleton rows={1} />}
      {found.isError && !found.data && (
        <Gone title={t('import.schedulesGone')} error={found.error} onAgain={() => void found.refetch()} />
      )}
      {found.data && imports.length === 0 && <p className={styles.note}>{t('import.noSchedules')}</p>}
      {imports.length > 0 && (
        <ul className={styles.rows}>
          {imports.map((one) => (
            <Row key={one.id} schedule={one} />
          ))}
        </ul>
      )}
    </section>
  )
}

function Row({ schedule }: { schedule: ScheduleAnswer }) {
  const { t, said } = useWords<Word>()
  const quantities = useQuantities()
  const client = useQueryClient()
  const [sure, ask] = useState(false)
  const key = useRef(crypto.randomUUID())
  const { id, name } = schedule
  const doing = useMutation({
    mutationFn: async (what: 'run' | 'pause' | 'resume' | 'delete') => {
      if (what === 'delete') return deleteSchedule(id)
      if (what === 'run') return runSchedule(id, key.current)
      return pauseSchedule(id, what === 'pause')
    },
    onSuccess: () => {
      key.current = crypto.randomUUID()
    },
    onSettled: () =>
      Promise.all(['schedules', 'jobs'].map((one) => client.invalidateQueries({ queryKey: [one] }))),
  })
  const last = schedule.history[0]
  return (
    <li className={styles.schedule}>
      <CalendarClock aria-hidden size={20} strokeWidth={1.7} />
      <span className={styles.what}>
        <strong>{name}</strong>
        <span className={styles.path}>{schedule.path}</span>
        <span className="number">
          {schedule.next_at
            ? t('import.next', { moment: quantities.moment(schedule.next_at) })
            : t('import.paused')}
          {last?.job_id && (
            <>
              {' · '}
              <Link to={`/jobs/${last.job_id}`}>
                {t('import.last', { moment: quantities.moment(last.at) })}
              </Link>
            </>
          )}
        </span>
        {last?.error_code && (
          <span className={styles.error}>
            {t('import.lastFailed', { moment: quantities.moment(last.at) })}{' '}
            {said('error', last.error_code, last.error_message ?? last.error_code)}
          </span>
        )}
        <Said error={doing.error} />
      </span>
      <span className={styles.buttons}>
        {sure ? (
          <>
            <Button kind="danger" icon={Trash2} busy={doing.isPending} onPress={() => doing.mutate('delete')}>
              {t('import.deleteSure')}
            </Button>
            <Button autoFocus onPress={() => ask(false)}>
              {t('import.keep')}
            </Button>
          </>
        ) : (
          <>
            <Button
              icon={Zap}
              label={t('import.runNow', { name })}
              busy={doing.isPending}
              onPress={() => doing.mutate('run')}
            />
            <Button
              icon={schedule.paused ? Play : Pause}
              label={t(schedule.paused ? 'import.resume' : 'import.pause', { name })}
              busy={doing.isPending}
              onPress={() => doing.mutate(schedule.paused ? 'resume' : 'pause')}
            />
            <Button
              kind="danger"
              icon={Trash2}
              label={t('import.delete', { name })}
              onPress={() => ask(true)}
            />
          </>
        )}
      </span>
    </li>
  )
}
