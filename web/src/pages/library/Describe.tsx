// The user's description of a file: tags are stored at once, title and description when saved; never over another
// person's changes.
import { useQueryClient } from '@tanstack/react-query'
import { Plus, X } from 'lucide-react'
import { type FormEvent, useEffect, useId, useState } from 'react'
import { Problem, type Tagged } from '../../api/client'
import { keepFile, readFile, writeFile } from '../../api/library'
import type { FileChanges, LibraryFile } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import styles from './Describe.module.css'
import { ChangedMeanwhile, change, LONGEST_TAG, MOST_TAGS, retag, withTags } from './edits'

/** Unsaved text, kept as long as the page is open, so that moving to another file loses none. */
const drafts = new Map<string, { title: string; description: string; base: Tagged<LibraryFile> }>()

interface Props {
  seen: Tagged<LibraryFile>
  onTag: (tag: string) => void
}

export function Describe({ seen, onTag }: Props) {
  const { t, said } = useWords()
  const client = useQueryClient()
  const id = useId()
  const file = seen.value
  const draft = drafts.get(file.id)
  const [title, setTitle] = useState(draft?.title ?? file.title ?? '')
  const [description, setDescription] = useState(draft?.description ?? file.description ?? '')
  const [base, setBase] = useState(draft?.base ?? seen)
  const [tag, setTag] = useState('')
  const [busy, setBusy] = useState(false)
  const [saved, setSaved] = useState(false)
  const [problem, setProblem] = useState<unknown>(null)
  const theirs = problem instanceof ChangedMeanwhile ? problem.now : null
  const access = {
    read: () => readFile(file.id),
    write: (changes: FileChanges, etag: string) => writeFile(file.id, changes, etag),
  }
  const changes: FileChanges = {
    ...(title.trim() === (base.value.title ?? '') ? {} : { title: title.trim() || null }),
    ...(description.trim() === (base.value.description ?? '')
      ? {}
      : { description: description.trim() || null }),
  }
  const dirty = Object.keys(changes).length > 0
  useEffect(() => {
    if (dirty) drafts.set(file.id, { title, description, base })
    else drafts.delete(file.id)
  }, [dirty, file.id, title, description, base])

  const run = async (task: () => Promise<Tagged<LibraryFile>>): Promise<boolean> => {
    setBusy(true)
    setProblem(null)
    setSaved(false)
    try {
      const now = await task()
      keepFile(client, now)
      setBase(now)
      return true
    } catch (error) {
      setProblem(error)
      return false
    } finally {
      setBusy(false)
    }
  }
  const save = (over: Tagged<LibraryFile>) => void run(() => change(over, changes, access)).then(setSaved)
  const submit = (event: FormEvent) => {
    event.preventDefault()
    if (dirty) save(base)
  }
  const putTag = (event: FormEvent) => {
    event.preventDefault()
    if (!tag.trim()) return
    void run(() => retag(base, (tags) => withTags(tags, tag), access)).then((done) => done && setTag(''))
  }
  const takeTheirs = (now: Tagged<LibraryFile>) => {
    setTitle(now.value.title ?? '')
    setDescription(now.value.description ?? '')
    setBase(now)
    keepFile(client, now)
    setProblem(null)
  }
  const told =
    problem instanceof Problem && !problem.unreachable
      ? said('error', problem.code, problem.message)
      : t('offline.title')
  const fieldError = (name: string) =>
    problem instanceof Problem ? problem.fields.find((one) => one.field.startsWith(name))?.message : undefined

  return (
    <div className={styles.describe}>
      {theirs && (
        <Notice
          kind="warning"
          title={t('library.changed')}
          action={
            <>
              <Button onPress={() => takeTheirs(theirs)}>{t('library.takeTheirs')}</Button>
              <Button kind="primary" busy={busy} onPress={() => save(theirs)}>
                {t('library.saveMine')}
              </Button>
            </>
          }
        >
          <p className={styles.theirs}>
            <strong>{theirs.value.title ?? t('library.noTitle')}</strong>
            {theirs.value.description && <> · {theirs.value.description}</>}
          </p>
        </Notice>
      )}
      {problem !== null && !theirs && <Notice kind="error" title={told} />}
      <section>
        <h3 id={`${id}-tags`}>{t('library.tags')}</h3>
        {base.value.tags.length > 0 && (
          <ul className={styles.tags} aria-labelledby={`${id}-tags`}>
            {base.value.tags.map((one) => (
              <li key={one}>
                <Button kind="quiet" onPress={() => onTag(one)}>
                  #{one}
                </Button>
                <Button
                  kind="quiet"
                  icon={X}
                  label={t('library.tagOff', { tag: one })}
                  isDisabled={busy}
                  onPress={() =>
                    void run(() => retag(base, (tags) => tags.filter((tagged) => tagged !== one), access))
                  }
                />
              </li>
            ))}
          </ul>
        )}
        {base.value.tags.length < MOST_TAGS && (
          <form className={styles.add} onSubmit={putTag}>
            <input
              aria-label={t('library.tagAdd')}
              placeholder={t('library.tagAdd')}
              maxLength={LONGEST_TAG}
              value={tag}
              onChange={(event) => setTag(event.target.value)}
            />
            <Button type="submit" icon={Plus} label={t('library.tagPut')} isDisabled={!tag.trim() || busy} />
          </form>
        )}
        {fieldError('tags') && <p className={styles.error}>{fieldError('tags')}</p>}
      </section>
      <form className={styles.form} onSubmit={submit}>
        <label>
          {t('library.title')}
          <input
            maxLength={200}
            value={title}
            placeholder={file.original_filename}
            onChange={(event) => setTitle(event.target.value)}
          />
        </label>
        {fieldError('title') && <p className={styles.error}>{fieldError('title')}</p>}
        <label>
          {t('library.description')}
          <textarea
            rows={3}
            maxLength={2000}
            value={description}
            onChange={(event) => setDescription(event.target.value)}
          />
        </label>
        {fieldError('description') && <p className={styles.error}>{fieldError('description')}</p>}
        <div className={styles.save}>
          <span role="status">{saved && !dirty && t('saved')}</span>
          <Button type="submit" kind={dirty ? 'primary' : 'plain'} busy={busy} isDisabled={!dirty}>
            {t('save')}
          </Button>
        </div>
      </form>
    </div>
  )
}
