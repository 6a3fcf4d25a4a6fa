// Every setting of the installation: its effective value, its source, and the way to change it.
import { useMemo, useState } from 'react'
import { type Setting, useSettings } from '../../api/settings'
import { type Key, useWords } from '../../i18n'
import { Empty } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { Admins, Gone, PageHead, RowSkeleton } from '../../ui/Page'
import { SearchField } from '../../ui/SearchField'
import { SettingRow } from './SettingRow'
import styles from './SettingsPage.module.css'
import { Slips } from './Slips'
import { GROUPS, groupOf } from './values'

export default function SettingsPage() {
  const { t } = useWords()
  useTitle(t('nav.settings'))
  return (
    <Admins>
      <Settings />
    </Admins>
  )
}

function Settings() {
  const { t, said } = useWords()
  const settings = useSettings(true)
  const [text, type] = useState('')
  const found = useMemo(() => {
    const words = text.toLowerCase().split(/\s+/).filter(Boolean)
    const told = (one: Setting) =>
      `${one.name} ${said('setting', one.name, '')} ${said('setting', `${one.name}.help`, '')}`.toLowerCase()
    return (settings.data ?? []).filter((one) => words.every((word) => told(one).includes(word)))
  }, [settings.data, text, said])

  return (
    <div className={styles.page}>
      <PageHead title={t('nav.settings')} text={t('settings.text')}>
        <SearchField label={t('settings.search')} value={text} onChange={type} />
      </PageHead>
      {text === '' && <Slips />}
      {settings.isPending && <RowSkeleton rows={7} height={104} />}
      {settings.isError && !settings.data && (
        <Gone title={t('settings.gone')} error={settings.error} onAgain={() => void settings.refetch()} />
      )}
      {settings.data && found.length === 0 && <Empty title={t('settings.noneSuch')} />}
      {GROUPS.map((group) => {
        const own = found.filter((one) => groupOf(one.name) === group)
        return (
          own.length > 0 && (
            <section key={group} className={styles.group} aria-labelledby={group}>
              <h2 id={group}>{t(`settings.group.${group}` as Key)}</h2>
              <ul>
                {own.map((one) => (
                  <SettingRow key={one.name} setting={one} />
                ))}
              </ul>
            </section>
          )
        )
      })}
    </div>
  )
}
