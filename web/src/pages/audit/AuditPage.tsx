// The audit log, the latest entry first.
import { useMemo } from 'react'
import { useMe } from '../../api/me'
import type { AuditEntryAnswer } from '../../api/schema'
import { useAudit } from '../../api/settings'
import { useWords } from '../../i18n'
import { humanised } from '../../i18n/humanised'
import { useQuantities } from '../../i18n/quantities'
import { Button, Empty } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { Admins, Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { meant, unitOf } from '../settings/values'
import styles from './AuditPage.module.css'
import { byDay, detailsOf, text } from './entries'

export default function AuditPage() {
  const { t } = useWords()
  useTitle(t('nav.audit'))
  return (
    <Admins>
      <Audit />
    </Admins>
  )
}

function Audit() {
  const { t } = useWords()
  const quantities = useQuantities()
  const audit = useAudit(true)
  const days = useMemo(() => byDay(audit.data?.pages.flatMap((page) => page.items) ?? []), [audit.data])
  return (
    <div className={styles.page}>
      <PageHead title={t('nav.audit')} text={t('audit.text')} />
      {audit.isPending && <RowSkeleton rows={8} height={64} />}
      {audit.isError && !audit.data && (
        <Gone title={t('audit.gone')} error={audit.error} onAgain={() => void audit.refetch()} />
      )}
      {audit.data && days.length === 0 && <Empty title={t('audit.none')} />}
      {days.map(({ day, entries }) => (
        <section key={day} className={styles.day} aria-label={quantities.day(entries[0]!.at)}>
          <h2>{quantities.day(entries[0]!.at)}</h2>
          <ul>
            {entries.map((entry) => (
              <Entry key={entry.id} entry={entry} />
            ))}
          </ul>
        </section>
      ))}
      {audit.hasNextPage && (
        <div className={styles.more}>
          <Button busy={audit.isFetchingNextPage} onPress={() => void audit.fetchNextPage()}>
            {t('more')}
          </Button>
        </div>
      )}
      {audit.isFetchNextPageError && (
        <Gone title={t('audit.gone')} error={audit.error} onAgain={() => void audit.fetchNextPage()} />
      )}
    </div>
  )
}

function Entry({ entry }: { entry: AuditEntryAnswer }) {
  const { t, said, language } = useWords()
  const quantities = useQuantities()
  const me = useMe()
  const settings = entry.action === 'settings.changed'
  const who = (id: string) =>
    id === 'command' ? t('audit.command') : id === me.data?.id ? t('audit.you') : <Id id={id} />
  const named = (name: string) =>
    said(settings ? 'setting' : 'option', settings ? name : `audit.${name}`, humanised(name))
  const shown = (name: string, value: unknown) =>
    typeof value === 'boolean'
      ? t(value ? 'yes' : 'no')
      : settings && typeof value === 'number'
        ? meant(value, unitOf(name), language)
        : text(value)
  const details = detailsOf(entry.details)
  return (
    <li className={styles.entry}>
      <time className="number" dateTime={entry.at} title={quantities.moment(entry.at)}>
        {quantities.time(entry.at)}
      </time>
      <span className={styles.who}>{who(entry.actor_id)}</span>
      <div className={styles.what}>
        <strong>{said('option', `audit.${entry.action}`, entry.action)}</strong>
        {!settings && entry.target !== entry.actor_id && (
          <span className={styles.target}>{who(entry.target)}</span>
        )}
        {details.length > 0 && (
          <dl>
            {details.map(({ name, before, after }) => (
              <div key={name}>
                {name && <dt>{named(name)}</dt>}
                <dd>
                  {before !== undefined && (
                    <>
                      <del>{shown(name, before)}</del> <span aria-hidden>→</span>{' '}
                    </>
                  )}
                  <ins>{shown(name, after)}</ins>
                </dd>
              </div>
            ))}
          </dl>
        )}
      </div>
    </li>
  )
}

/** The end of an id: its beginning is the time at which it was made. */
const Id = ({ id }: { id: string }) => (
  <code title={id}>
    <span aria-hidden>…{id.slice(-6)}</span>
    <span className="visually-hidden">{id}</span>
  </code>
)
