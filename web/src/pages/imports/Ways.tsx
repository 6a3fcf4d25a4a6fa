// Ways to put files where they are imported from: commands to copy, with the user's own addresses.
import { useQuery } from '@tanstack/react-query'
import { Copy } from 'lucide-react'
import { useState } from 'react'
import { importWays } from '../../api/imports'
import { useWords } from '../../i18n'
import { Button } from '../../ui/controls'
import { Gone } from '../../ui/Page'
import styles from './ImportPage.module.css'
import type { Word } from './words'

export function Ways() {
  const { t } = useWords<Word>()
  const ways = useQuery(importWays)
  const at = ways.data?.endpoint_url ? ` --endpoint-url ${ways.data.endpoint_url}` : ''
  const copy = `aws${at} s3 cp --recursive photos/`
  const place = ways.data?.import_path
  return (
    <section className={styles.section} aria-labelledby="import-ways">
      <h2 id="import-ways">{t('import.ways')}</h2>
      {ways.isError && !ways.data && (
        <Gone title={t('import.gone')} error={ways.error} onAgain={() => void ways.refetch()} />
      )}
      {ways.data && (
        <div className={styles.ways}>
          {at && (
            <Way
              text={t('import.way.machine')}
              command={
                'read -r AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY < .millrace/cloud-credentials\n' +
                'export AWS_ACCESS_KEY_ID AWS_SECRET_ACCESS_KEY AWS_DEFAULT_REGION=us-east-1'
              }
            />
          )}
          {place && (
            <>
              <Way text={t('import.way.place')} command={`${copy} ${place}photos/`} />
              <Way
                text={t('import.way.client')}
                command={`millrace import ${place}photos/ --pipeline media`}
              />
            </>
          )}
          <Way
            text={t('import.way.drop')}
            command={`${copy} ${ways.data.drop_path.replace('{pipeline}', 'media').replace('{batch}', 'photos')}`}
          />
          <p className={styles.note}>{t(at ? 'import.way.rightsHere' : 'import.way.rights')}</p>
        </div>
      )}
    </section>
  )
}

function Way({ text, command }: { text: string; command: string }) {
  const { t } = useWords<Word>()
  const [copied, setCopied] = useState(false)
  return (
    <div className={styles.way}>
      <p>{text}</p>
      <div className={styles.command}>
        {/* biome-ignore lint/a11y/noNoninteractiveTabindex: it scrolls from the keyboard */}
        <pre tabIndex={0}>{command}</pre>
        <Button
          icon={Copy}
          label={t(copied ? 'import.copied' : 'import.copy', { text })}
          onPress={() => void navigator.clipboard?.writeText(command).then(() => setCopied(true))}
        />
      </div>
    </div>
  )
}
