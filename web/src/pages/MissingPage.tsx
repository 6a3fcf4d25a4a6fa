import { useWords } from '../i18n'
import { ButtonLink, Empty } from '../ui/controls'
import { useTitle } from '../ui/hooks'

export function MissingPage() {
  const { t } = useWords()
  useTitle(t('missing.title'))
  return (
    <Empty whole title={t('missing.title')} action={<ButtonLink to="/">{t('nav.drop')}</ButtonLink>}>
      {t('missing.text')}
    </Empty>
  )
}
