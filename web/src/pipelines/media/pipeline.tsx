// Photos and videos: their times, the confidence in them, and their duplicates.
import { Images } from 'lucide-react'
import { lazy } from 'react'
import { useQuantities } from '../../i18n/quantities'
import type { Compare, PipelinePage } from '../contract'
import { Badge } from './Badge'
import { ConfidenceMark } from './ConfidenceMark'
import { CONFIDENCES, type Confidence, confidenceOf } from './confidence'
import { behind } from './group'
import styles from './pipeline.module.css'
import { useDuplicateCount } from './queries'
import { takenOf } from './taken'
import { useOwnWords } from './words'

const Duplicates = lazy(() => import('./Duplicates'))
const Times = lazy(() => import('./Times'))
const Corrected = lazy(() => import('./Corrected'))
const Selected = lazy(() => import('./Selected'))
const Tree = lazy(() => import('./Tree'))
const WorldMap = lazy(() => import('./WorldMap'))
const Together = lazy(() => import('./Together'))

const compare = (a: string, b: string) => (a < b ? -1 : a > b ? 1 : 0)
const oldest: Compare = (a, b) => compare(a.detected_timestamp ?? '~', b.detected_timestamp ?? '~')
// Files without a time stay at the end in either direction.
const newest: Compare = (a, b) => compare(b.detected_timestamp ?? '', a.detected_timestamp ?? '')

export const page: PipelinePage = {
  Icon: Images,
  rolesByName: true,
  tabs: [
    {
      key: 'duplicates',
      place: 'behind',
      shown: () => true,
      Title: ({ job, how }) => {
        const { t } = useOwnWords()
        const count = useDuplicateCount(job, how)
        return count === undefined ? t('tab.duplicatesUnknown') : t('tab.duplicates', { count })
      },
      Panel: Duplicates,
    },
    {
      key: 'map',
      place: 'behind',
      shown: ({ files }) => files.some((file) => file?.gps),
      Title: () => useOwnWords().t('tab.map'),
      Panel: WorldMap,
    },
    {
      key: 'zip',
      place: 'behind',
      shown: ({ job }) => job.progress_total <= 20_000,
      Title: () => useOwnWords().t('tab.tree'),
      Panel: Tree,
    },
  ],
  sorts: {
    timestamp: oldest,
    '-timestamp': newest,
    confidence: (a, b) => CONFIDENCES.indexOf(confidenceOf(a)) - CONFIDENCES.indexOf(confidenceOf(b)),
  },
  grouping: {
    key: 'confidence',
    values: CONFIDENCES,
    of: confidenceOf,
    Mark: ({ value }) => <ConfidenceMark confidence={value as Confidence} />,
  },
  timeline: {
    dayOf: (file) => takenOf(file)?.slice(0, 10) ?? '',
    order: oldest,
  },
  behind,
  Head: (view) => (view.how.status === 'completed' ? <Corrected {...view} /> : null),
  Selected,
  Badge,
  TileLine: ({ file, children }) => {
    const { said } = useOwnWords()
    const quantities = useQuantities()
    const taken = takenOf(file)
    if (taken)
      return (
        <>
          <ConfidenceMark short confidence={confidenceOf(file)} />
          {quantities.takenDay(taken)}
          {file.timestamp_source && (
            <span className={styles.source}>
              {said('option', `source.${file.timestamp_source}`, file.timestamp_source.replaceAll('_', ' '))}
            </span>
          )}
        </>
      )
    return file.status === 'inspected' && file.confidence ? <ConfidenceMark confidence="none" /> : children
  },
  FileHead: Times,
  FileFoot: Together,
  outcome: (job, { t }) => {
    const { duplicate, rejected } = job.files
    return [
      t('files', { count: job.progress_total }),
      ...(duplicate ? [t('count.duplicates', { count: duplicate })] : []),
      ...(rejected ? [t('count.rejected', { count: rejected })] : []),
    ]
  },
}
