import type { UseQueryResult } from '@tanstack/react-query'
import { useWords } from '../../i18n'
import { Button, Notice } from '../../ui/controls'

export function PipelinesGone({ pipelines }: { pipelines: UseQueryResult<unknown> }) {
  const { t } = useWords()
  return (
    <Notice
      kind="error"
      title={t('pipelines.gone')}
      action={<Button onPress={() => pipelines.refetch()}>{t('again')}</Button>}
    >
      {t('again.itself')}
    </Notice>
  )
}
