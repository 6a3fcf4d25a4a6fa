// The guides, each opened in a window of its own.
import { useMutation } from '@tanstack/react-query'
import { ArrowUpRight, BookOpen, FileText } from 'lucide-react'
import { Button } from 'react-aria-components'
import { Problem } from '../../api/client'
import { openGuide, useGuides } from '../../api/guides'
import type { GuideAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { useQuantities } from '../../i18n/quantities'
import { Empty, Notice } from '../../ui/controls'
import { useTitle } from '../../ui/hooks'
import { arrows, Gone, PageHead } from '../../ui/Page'
import styles from './GuidesPage.module.css'

export default function GuidesPage() {
  const { t, said } = useWords()
  useTitle(t('nav.guides'))
  const guides = useGuides()
  const open = useMutation({ mutationFn: openGuide })
  const problem = open.error instanceof Problem ? open.error : null
  return (
    <div className={styles.page}>
      <PageHead title={t('nav.guides')} text={t('guides.text')} />
      {guides.isError && !guides.data && (
        <Gone title={t('guides.gone')} error={guides.error} onAgain={() => void guides.refetch()} />
      )}
      {open.error && (
        <Notice kind="error" title={t('guides.notOpened')}>
          <p>
            {problem && !problem.unreachable
              ? said('error', problem.code, problem.message)
              : t('offline.title')}
          </p>
        </Notice>
      )}
      {guides.data?.length === 0 && <Empty title={t('guides.none')}>{t('guides.noneText')}</Empty>}
      {(guides.isPending || (guides.data?.length ?? 0) > 0) && (
        <ul className={styles.list} onKeyDown={arrows} aria-busy={guides.isPending}>
          {guides.isPending
            ? [0, 1, 2].map((n) => <li key={n} className={styles.coming} />)
            : guides.data?.map((guide) => (
                <Guide key={guide.filename} guide={guide} onOpen={() => open.mutate(guide.filename)} />
              ))}
        </ul>
      )}
    </div>
  )
}

function Guide({ guide, onOpen }: { guide: GuideAnswer; onOpen: () => void }) {
  const { t } = useWords()
  const quantities = useQuantities()
  const pdf = guide.content_type.startsWith('application/pdf')
  const Icon = pdf ? FileText : BookOpen
  return (
    <li>
      <Button className={styles.guide!} onPress={onOpen} data-stop>
        <span className={styles.icon}>
          <Icon aria-hidden size={22} strokeWidth={1.6} />
        </span>
        <span className={styles.name}>
          {guide.name}
          <span className="visually-hidden"> ({t('guides.newWindow')})</span>
          <ArrowUpRight aria-hidden size={18} strokeWidth={1.9} />
        </span>
        <span className={`${styles.facts} number`}>
          {pdf ? 'PDF' : 'HTML'} · {quantities.bytes(guide.size_bytes)} · {quantities.day(guide.updated_at)}
        </span>
      </Button>
    </li>
  )
}
