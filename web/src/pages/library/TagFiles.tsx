import { useQueryClient } from '@tanstack/react-query'
import { type FormEvent, useState } from 'react'
import { forEach, keepFile, type Outcome, oneFile, readFile, writeFile } from '../../api/library'
import type { LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { Bar, Button, Notice } from '../../ui/controls'
import { Covers } from './Covers'
import { retag, withTags } from './edits'
import styles from './Selection.module.css'

/** Puts tags on every one of the files, beside those that they have. */
export function TagFiles({ files, onClose }: { files: readonly LibraryFile[]; onClose: () => void }) {
  const { t } = useWords()
  const client = useQueryClient()
  const [typed, type] = useState('')
  const [done, setDone] = useState<number | null>(null)
  const [left, setLeft] = useState<readonly Outcome[]>([])

  const put = async (event: FormEvent) => {
    event.preventDefault()
    setDone(0)
    const outcomes = await forEach(
      left.length ? left.map((one) => one.file) : files,
      async ({ id }) => {
        const seen = await client.fetchQuery(oneFile(id))
        const access = {
          read: () => readFile(id),
          write: (changes: Parameters<typeof writeFile>[1], etag: string) => writeFile(id, changes, etag),
        }
        keepFile(client, await retag(seen, (tags) => withTags(tags, typed), access))
      },
      setDone,
    )
    const failed = outcomes.filter((one) => one.error !== null)
    setDone(null)
    setLeft(failed)
    if (!failed.length) onClose()
  }
  return (
    <form className={styles.sheet} onSubmit={(event) => void put(event)}>
      <Covers files={files} />
      {left.length > 0 && <Notice kind="error" title={t('library.notTagged', { count: left.length })} />}
      <label className={styles.field}>
        {t('library.tagLabel')}
        <input
          // biome-ignore lint/a11y/noAutofocus: this dialog is only for typing
          autoFocus
          required
          maxLength={200}
          value={typed}
          onChange={(event) => type(event.target.value)}
        />
      </label>
      {done !== null && (
        <Bar
          value={(100 * done) / files.length}
          label={t('library.tagging', { done, count: files.length })}
        />
      )}
      <div className={styles.actions}>
        <Button onPress={onClose}>{t('close')}</Button>
        <Button kind="primary" type="submit" busy={done !== null}>
          {t('library.tagPut')}
        </Button>
      </div>
    </form>
  )
}
