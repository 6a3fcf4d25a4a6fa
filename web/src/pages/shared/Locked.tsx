// A share with a password, before it is entered.
import { type FormEvent, useState } from 'react'
import { Problem } from '../../api/client'
import { unlockShared, type Visit } from '../../api/shares'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import type { Word } from '../archives/words'
import styles from './SharedPage.module.css'

export function Locked({ visit, onOpen }: { visit: Visit; onOpen: (pass: string) => void }) {
  const { t, said } = useWords<Word>()
  const [password, setPassword] = useState('')
  const [busy, setBusy] = useState(false)
  const [problem, setProblem] = useState<Problem | null>(null)
  const open = async (event: FormEvent) => {
    event.preventDefault()
    setBusy(true)
    setProblem(null)
    try {
      onOpen((await unlockShared(visit, password)).share_pass)
    } catch (caught) {
      if (!(caught instanceof Problem)) throw caught
      setProblem(caught)
    } finally {
      setBusy(false)
    }
  }
  return (
    <form className={styles.locked} onSubmit={(event) => void open(event)}>
      <h1>{t('shared.locked')}</h1>
      {problem && (
        <Notice
          kind="error"
          title={problem.unreachable ? t('offline.title') : said('error', problem.code, problem.message)}
        />
      )}
      <label className={styles.field}>
        {t('shared.password')}
        <input
          type="password"
          autoComplete="off"
          required
          maxLength={128}
          value={password}
          onChange={(event) => setPassword(event.target.value)}
        />
      </label>
      <Button kind="primary" type="submit" busy={busy}>
        {t('shared.open')}
      </Button>
    </form>
  )
}
