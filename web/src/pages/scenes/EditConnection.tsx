// A connection made or changed. Its key is written and never read: an empty field leaves it as it is.
import { useQuery, useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useId, useState } from 'react'
import { api } from '../../api/client'
import { KINDS, type Kind, readConnection } from '../../api/scenes'
import type { ConnectionAnswer, ConnectionChanges } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Switch } from '../../ui/Switch'
import { errorOf, Told, useDoing } from '../account/doing'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'
import { TryServer } from './TryServer'

interface Props {
  connection: ConnectionAnswer | null
  onClose: () => void
}

export function EditConnection({ connection, onClose }: Props) {
  const { t } = useWords<Word>()
  const client = useQueryClient()
  const id = useId()
  // The version from when the form opened, so that changes made elsewhere meanwhile are not overwritten unseen.
  const read = useQuery({
    queryKey: ['connection', connection?.id],
    queryFn: () => readConnection(connection?.id ?? ''),
    enabled: connection !== null,
    gcTime: 0,
    staleTime: Number.POSITIVE_INFINITY,
  })
  const { busy, problem: found, run } = useDoing()
  const [name, setName] = useState(connection?.name ?? '')
  const [kind, setKind] = useState<Kind>(connection?.kind === 'openai' ? 'openai' : 'stash')
  const [url, setUrl] = useState(connection?.url ?? '')
  const [key, setKey] = useState('')
  const [without, setWithout] = useState(false)
  // The errors of the sent values don't apply to those typed since.
  const given = { name: name.trim(), url: url.trim(), key }
  const [sent, setSent] = useState('')
  const problem = sent === JSON.stringify(given) ? found : null
  const moved = connection !== null && url.trim() !== connection.url
  const save = (event: FormEvent) => {
    event.preventDefault()
    setSent(JSON.stringify(given))
    run(async () => {
      if (connection) {
        const changes: ConnectionChanges = {
          ...(given.name === connection.name ? {} : { name: given.name }),
          ...(moved ? { url: given.url } : {}),
          // A new address requires the key, even if it is empty.
          ...(key || without || (moved && !connection.has_key) ? { key } : {}),
        }
        await api(`/connections/${connection.id}`, {
          method: 'PATCH',
          body: changes,
          ...(read.data ? { match: read.data.etag } : {}),
        })
      } else await api('/connections', { method: 'POST', body: { ...given, kind } })
      await client.invalidateQueries({ queryKey: ['connections'] })
      onClose()
    })
  }
  const fault = (field: string) => {
    const { message, attributes } = errorOf(problem, field, `${id}-${field}`)
    return {
      attributes,
      text: message && (
        <span id={`${id}-${field}`} className={styles.fault}>
          {message}
        </span>
      ),
    }
  }
  const [ofName, ofUrl, ofKey] = [fault('name'), fault('url'), fault('key')]
  // A stored connection is tested with its stored key, a new address with the typed one.
  const asked =
    connection && !moved && !key && !without
      ? { connection_id: connection.id }
      : url.trim()
        ? { url: url.trim(), key }
        : null
  return (
    <form className={styles.form} onSubmit={save}>
      <Told problem={problem} beside={['name', 'url', 'key']} />
      {!connection && (
        <label className={styles.field}>
          {t('scenes.connections.kind')}
          <select value={kind} onChange={(event) => setKind(event.target.value as Kind)}>
            {KINDS.map((one) => (
              <option key={one} value={one}>
                {t(`scenes.connections.kind.${one}`)}
              </option>
            ))}
          </select>
        </label>
      )}
      <label className={styles.field}>
        {t('scenes.connections.name')}
        <input
          required
          maxLength={200}
          value={name}
          onChange={(event) => setName(event.target.value)}
          {...ofName.attributes}
        />
        {ofName.text}
      </label>
      <label className={styles.field}>
        {t('scenes.connections.url')}
        <input
          required
          type="url"
          maxLength={2000}
          placeholder={kind === 'stash' ? 'https://stash.example/graphql' : 'https://api.openai.com/v1'}
          value={url}
          onChange={(event) => setUrl(event.target.value)}
          {...ofUrl.attributes}
        />
        {ofUrl.text}
      </label>
      <label className={styles.field}>
        {t('scenes.connections.key')}
        <input
          type="password"
          autoComplete="off"
          maxLength={1000}
          required={moved && connection.has_key && !without}
          disabled={without}
          placeholder={connection?.has_key ? t('scenes.connections.keyStays') : ''}
          value={key}
          onChange={(event) => setKey(event.target.value)}
          {...ofKey.attributes}
        />
        {ofKey.text}
        <span className={styles.hint}>
          {t(moved ? 'scenes.connections.keyAgain' : 'scenes.connections.keyText')}
        </span>
      </label>
      {connection?.has_key && (
        <Switch
          isSelected={without}
          onChange={(on) => {
            setWithout(on)
            setKey('')
          }}
        >
          {t('scenes.connections.without')}
        </Switch>
      )}
      <TryServer key={`${kind} ${url} ${key}`} kind={kind} body={asked} />
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={busy || read.isLoading}>
          {t(connection ? 'scenes.save' : 'scenes.connections.add')}
        </Button>
      </div>
    </form>
  )
}
