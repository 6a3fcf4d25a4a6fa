// Shared by all forms of the account: one action at a time, and errors beside their fields.
import { type ReactNode, useState } from 'react'
import { Problem } from '../../api/client'
import { useWords } from '../../i18n'
import { Notice } from '../../ui/controls'
import styles from '../AccountPage.module.css'

/** Runs one action at a time, and keeps its error. */
export function useDoing() {
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const run = async (task: () => Promise<void>) => {
    setBusy(true)
    setProblem(null)
    try {
      await task()
    } catch (error) {
      setProblem(error instanceof Problem ? error : new Problem('unexpected', 0, String(error)))
    } finally {
      setBusy(false)
    }
  }
  return { busy, problem, run: (task: () => Promise<void>) => void run(task) }
}

/** The error, with those of fields that have no place of their own. */
export function Told({ problem, beside = [] }: { problem: Problem | null; beside?: readonly string[] }) {
  const { t, said } = useWords()
  if (!problem) return null
  return (
    <Notice
      kind="error"
      title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
    >
      {problem.fields
        .filter(({ field }) => !beside.includes(field))
        .map(({ field, message }) => (
          <p key={field + message}>{message}</p>
        ))}
    </Notice>
  )
}

/** A field's own error, and the attributes that tie it to the field. */
export function errorOf(problem: Problem | null, field: string, id: string) {
  const message = problem?.fields.find((one) => one.field === field)?.message
  return {
    message,
    attributes: message ? { 'aria-invalid': true, 'aria-describedby': id } : {},
  }
}

export function Section({
  id,
  title,
  text,
  children,
}: {
  id: string
  title: string
  text: string
  children: ReactNode
}) {
  return (
    <section className={styles.section} aria-labelledby={id}>
      <div>
        <h2 id={id}>{title}</h2>
        <p>{text}</p>
      </div>
      <div className={styles.content}>{children}</div>
    </section>
  )
}
