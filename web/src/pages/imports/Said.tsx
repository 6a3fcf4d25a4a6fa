// The API's objections, in the page's words.
import { Problem } from '../../api/client'
import { useWords } from '../../i18n'
import { Notice } from '../../ui/controls'

export function Said({ error }: { error: unknown }) {
  const { t, said } = useWords()
  if (!error) return null
  const told = error instanceof Problem && !error.unreachable ? error : null
  return (
    <Notice kind="error" title={told ? said('error', told.code, told.message) : t('offline.title')}>
      {told?.fields.map(({ field, message }) => (
        <p key={field}>
          {field}: {message}
        </p>
      ))}
      {told?.requestId && <small>{t('requestId', { id: told.requestId })}</small>}
    </Notice>
  )
}
