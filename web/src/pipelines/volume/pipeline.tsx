// Volumes: slices with their labels, measures, surfaces.
import { Brain } from 'lucide-react'
import { lazy } from 'react'
import type { PipelinePage } from '../contract'
import { useOwnWords } from './words'

const VolumeView = lazy(() => import('./VolumeView'))

function Title() {
  const { t } = useOwnWords()
  return t('tab.volume')
}

export const page: PipelinePage = {
  Icon: Brain,
  tabs: [
    {
      key: 'volume',
      place: 'before',
      shown: ({ artifacts }) => artifacts.some((one) => one.name === 'slices'),
      Title,
      Panel: VolumeView,
    },
  ],
  sorts: {},
}
