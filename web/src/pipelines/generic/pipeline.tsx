// Any pipeline without a folder: its results as they are, its pictures, its files.
import { Workflow } from 'lucide-react'
import { lazy } from 'react'
import { useWords } from '../../i18n'
import type { PipelinePage } from '../contract'
import { verdicts } from '../verdicts'

const Results = lazy(() => import('./Results'))

function Title() {
  const { t } = useWords()
  return t('tab.results')
}

export const page: PipelinePage = {
  Icon: Workflow,
  tabs: [
    {
      key: 'results',
      place: 'before',
      shown: ({ how }) => how.status === 'completed',
      Title,
      Panel: Results,
    },
  ],
  sorts: {},
  grouping: verdicts,
}
