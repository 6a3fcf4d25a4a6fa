// The slips in the drop folder, which are in no job: for admins, above the settings.
import { useSlips } from '../../api/settings'
import { useWords } from '../../i18n'
import styles from './SettingsPage.module.css'

const MOST = 100

export function Slips() {
  const { t } = useWords()
  const slips = useSlips()
  const found = slips.data ?? []
  if (found.length === 0) return null
  return (
    <section className={styles.group} aria-labelledby="slips">
      <h2 id="slips">{t('settings.slips')}</h2>
      <p>{t(found.length < MOST ? 'settings.slips.text' : 'settings.slips.more', { count: MOST })}</p>
      <ul>
        {found.map((slip) => (
          <li key={slip.path} className={styles.slip}>
            <code>{slip.path}</code>
            <span>{t(`settings.slip.${slip.code}`)}</span>
          </li>
        ))}
      </ul>
    </section>
  )
}
