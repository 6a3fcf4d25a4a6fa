// The user's own addresses that receive events of jobs.
import { useQueryClient } from '@tanstack/react-query'
import { ChevronDown, Trash2, Webhook } from 'lucide-react'
import { type FormEvent, useId, useState } from 'react'
import { api, type Problem } from '../../api/client'
import type { NewWebhookAnswer, WebhookAnswer } from '../../api/schema'
import { deleteWebhook, EVENTS, type EventType, useWebhooks } from '../../api/webhooks'
import { useWords } from '../../i18n'
import { Button, Sheet } from '../../ui/controls'
import { Gone, RowSkeleton } from '../../ui/Page'
import styles from '../AccountPage.module.css'
import { Deliveries } from './Deliveries'
import { errorOf, Section, Told, useDoing } from './doing'
import { Once } from './Once'
import { FieldError } from './Profile'

export function Webhooks() {
  const { t } = useWords()
  const client = useQueryClient()
  const webhooks = useWebhooks()
  const { busy, problem, run } = useDoing()
  const [made, setMade] = useState<NewWebhookAnswer | null>(null)
  const [asking, ask] = useState<WebhookAnswer | null>(null)
  const again = () => client.invalidateQueries({ queryKey: ['webhooks'] })
  const remove = ({ id }: WebhookAnswer) => {
    ask(null)
    run(async () => {
      await deleteWebhook(id)
      setMade((one) => (one?.id === id ? null : one))
      await again()
    })
  }
  return (
    <Section id="webhooks" title={t('webhooks')} text={t('webhooks.text')}>
      {made && <Once key={made.id} title={t('webhooks.secretShown')} secret={made.secret} />}
      {webhooks.isPending && <RowSkeleton rows={1} height={64} />}
      {webhooks.error && !webhooks.data && (
        <Gone title={t('webhooks.gone')} error={webhooks.error} onAgain={() => void webhooks.refetch()} />
      )}
      {webhooks.data?.length === 0 && <p>{t('webhooks.none')}</p>}
      {webhooks.data && webhooks.data.length > 0 && (
        <ul className={styles.list}>
          {webhooks.data.map((webhook) => (
            <Row key={webhook.id} webhook={webhook} onDelete={() => ask(webhook)} />
          ))}
        </ul>
      )}
      <NewWebhook
        busy={busy}
        problem={problem}
        onMake={(body, done) =>
          run(async () => {
            setMade(await api<NewWebhookAnswer>('/webhooks', { method: 'POST', body }))
            done()
            await again()
          })
        }
      />
      <Sheet title={t('webhooks.deleteTitle')} open={asking !== null} onClose={() => ask(null)}>
        <div className={styles.ask}>
          <p>{t('webhooks.deleteText', { url: asking?.url ?? '' })}</p>
          <div>
            <Button kind="danger" onPress={() => asking && remove(asking)}>
              {t('delete')}
            </Button>
            <Button kind="primary" onPress={() => ask(null)}>
              {t('keep')}
            </Button>
          </div>
        </div>
      </Sheet>
    </Section>
  )
}

function Row({ webhook, onDelete }: { webhook: WebhookAnswer; onDelete: () => void }) {
  const { t } = useWords()
  const [open, setOpen] = useState(false)
  const id = useId()
  return (
    <li>
      <Webhook aria-hidden size={20} strokeWidth={1.7} />
      <span>
        <strong>{webhook.url}</strong>
        <span>{webhook.events.map((event) => t(`webhooks.event.${event as EventType}`)).join(', ')}</span>
      </span>
      <span className={styles.buttons}>
        <Button
          kind="quiet"
          icon={ChevronDown}
          aria-expanded={open}
          {...(open ? { 'aria-controls': id } : {})}
          onPress={() => setOpen(!open)}
        >
          {t('webhooks.deliveries')}
        </Button>
        <Button
          kind="danger"
          icon={Trash2}
          label={t('webhooks.delete', { url: webhook.url })}
          onPress={onDelete}
        />
      </span>
      {open && (
        <div id={id} className={styles.deliveries}>
          <Deliveries webhookId={webhook.id} />
        </div>
      )}
    </li>
  )
}

interface NewProps {
  busy: boolean
  problem: Problem | null
  onMake: (body: object, done: () => void) => void
}

function NewWebhook({ busy, problem, onMake }: NewProps) {
  const { t } = useWords()
  const id = useId()
  const [url, setUrl] = useState('')
  const [events, setEvents] = useState<ReadonlySet<EventType>>(new Set(['job.completed', 'job.failed']))
  const error = errorOf(problem, 'url', `${id}-error`)
  const make = (event: FormEvent) => {
    event.preventDefault()
    onMake({ url: url.trim(), events: EVENTS.filter((one) => events.has(one)) }, () => setUrl(''))
  }
  return (
    <form className={styles.make} onSubmit={make}>
      <Told problem={problem} beside={['url']} />
      <label className={styles.grow}>
        {t('webhooks.url')}
        <input
          required
          type="url"
          maxLength={2000}
          placeholder="https://example.com/hook"
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          {...error.attributes}
        />
      </label>
      <FieldError id={`${id}-error`} message={error.message} />
      <fieldset className={styles.scopes}>
        <legend className="visually-hidden">{t('webhooks.events')}</legend>
        {EVENTS.map((one) => (
          <label key={one} className={styles.scope}>
            <input
              type="checkbox"
              checked={events.has(one)}
              onChange={() => {
                const next = new Set(events)
                if (!next.delete(one)) next.add(one)
                setEvents(next)
              }}
            />
            {t(`webhooks.event.${one}`)}
          </label>
        ))}
      </fieldset>
      <Button type="submit" busy={busy} isDisabled={!events.size}>
        {t('webhooks.make')}
      </Button>
    </form>
  )
}
