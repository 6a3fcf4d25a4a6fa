// Tests whether a server can be reached, and shows the outcome.
import { PlugZap } from 'lucide-react'
import { useState } from 'react'
import { type Kind, tryServer } from '../../api/scenes'
import type { ModelsTested, ServerTest, StashTested } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Button, Notice } from '../../ui/controls'
import { Told, useDoing } from '../account/doing'
import type { Word } from './ScenesPages'
import styles from './scenes.module.css'

interface Props {
  kind: Kind
  /** null while there is nothing to test. */
  body: ServerTest | null
}

export function TryServer({ kind, body }: Props) {
  const { t, said } = useWords<Word>()
  const { number } = useQuantities()
  const { busy, problem, run } = useDoing()
  const [answer, setAnswer] = useState<(StashTested & ModelsTested) | null>(null)
  const ask = () =>
    run(async () => {
      setAnswer(null)
      if (body) setAnswer(await tryServer(kind, body))
    })
  return (
    <div className={styles.try}>
      <Button icon={PlugZap} busy={busy} isDisabled={!body} onPress={ask}>
        {t('scenes.try')}
      </Button>
      <Told problem={problem} />
      {answer && (
        <Notice
          kind={answer.ok ? 'info' : 'error'}
          title={t(answer.ok ? 'scenes.try.reached' : 'scenes.try.failed')}
        >
          <p>
            {answer.ok
              ? [
                  answer.version ? t('scenes.try.version', { version: answer.version }) : '',
                  answer.models?.length ? t('scenes.try.models', { count: answer.models.length }) : '',
                  t('scenes.try.took', { milliseconds: number(answer.milliseconds) }),
                ]
                  .filter(Boolean)
                  .join(' · ')
              : said('error', answer.code ?? '', answer.message ?? '')}
          </p>
        </Notice>
      )}
    </div>
  )
}
