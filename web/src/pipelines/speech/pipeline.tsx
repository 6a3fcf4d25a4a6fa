// Recordings with their transcripts: the time of each word, and words that no dictionary had.
import { AudioLines } from 'lucide-react'
import { lazy } from 'react'
import type { PipelinePage } from '../contract'
import { verdicts } from '../verdicts'
import { useOwnWords } from './words'

const Recordings = lazy(() => import('./Recordings'))
const Missing = lazy(() => import('./Missing'))

export const page: PipelinePage = {
  Icon: AudioLines,
  tabs: [
    {
      key: 'speech',
      place: 'before',
      shown: ({ how }) => how.status === 'completed',
      Title: () => useOwnWords().t('tab.speech'),
      Panel: Recordings,
    },
    {
      key: 'missing',
      place: 'before',
      shown: ({ artifacts }) => artifacts.some((one) => one.name === 'missing_dict'),
      Title: () => useOwnWords().t('tab.missing'),
      Panel: Missing,
    },
  ],
  sorts: {},
  grouping: verdicts,
}
