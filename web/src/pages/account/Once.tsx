import { useState } from 'react'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'
import styles from '../AccountPage.module.css'

/** A secret that is shown only once, to be copied. */
export function Once({ title, secret }: { title: string; secret: string }) {
  const { t } = useWords()
  const [copied, setCopied] = useState(false)
  return (
    <Notice
      kind="info"
      title={title}
      action={
        // Browsers offer the clipboard only to secure addresses; elsewhere the text is selected, to be copied by hand.
        navigator.clipboard && (
          <Button onPress={() => void navigator.clipboard.writeText(secret).then(() => setCopied(true))}>
            {t(copied ? 'account.copied' : 'account.copy')}
          </Button>
        )
      }
    >
      <code className={styles.key}>{secret}</code>
    </Notice>
  )
}
