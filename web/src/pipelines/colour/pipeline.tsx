// Pictures with a colour card: their colours' accuracy before and after.
import { Palette } from 'lucide-react'
import { lazy } from 'react'
import type { PipelinePage } from '../contract'
import { verdicts } from '../verdicts'
import { useOwnWords } from './words'

const Pictures = lazy(() => import('./Pictures'))

function Title() {
  const { t } = useOwnWords()
  return t('tab.colour')
}

export const page: PipelinePage = {
  Icon: Palette,
  tabs: [
    {
      key: 'colour',
      place: 'before',
      shown: ({ artifacts }) => artifacts.some((one) => /^report-\d+$/.test(one.name)),
      Title,
      Panel: Pictures,
    },
  ],
  sorts: {},
  grouping: verdicts,
}
