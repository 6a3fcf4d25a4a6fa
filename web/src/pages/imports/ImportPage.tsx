// Files already in the store: the folders, the files that an import would take, and the imports under way.
import { useSearchParams } from 'react-router'
import { useWords } from '../../i18n'
import { ButtonLink, Empty } from '../../ui/controls'
import { useSignedIn, useTitle } from '../../ui/hooks'
import { PageHead } from '../../ui/Page'
import { Collect } from '../collect/Collect'
import { Begin } from './Begin'
import { Browse } from './Browse'
import styles from './ImportPage.module.css'
import { Running } from './Running'
import { Schedules } from './Schedules'
import { Ways } from './Ways'
import { ImportWords, type Word } from './words'

export default function ImportPage() {
  return (
    <ImportWords>
      <Page />
    </ImportWords>
  )
}

function Page() {
  const { t } = useWords<Word>()
  const signedIn = useSignedIn()
  const [params] = useSearchParams()
  const path = params.get('path') ?? ''
  useTitle(t('nav.import'))
  if (!signedIn)
    return (
      <Empty
        whole
        title={t('import.guests')}
        action={<ButtonLink to="/account">{t('account.login')}</ButtonLink>}
      >
        {t('import.guestsText')}
      </Empty>
    )
  return (
    <div className={styles.page}>
      <PageHead title={t('nav.import')} text={t('import.text')} />
      <div className={styles.two}>
        <Browse path={path} />
        {path && <Begin key={path} path={path} />}
      </div>
      <Running />
      <Collect />
      <Schedules />
      <Ways />
    </div>
  )
}
