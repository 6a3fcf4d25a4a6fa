import { type Key, useWords } from '../i18n'
import { Sheet } from './controls'
import { KeyList } from './KeyList'

const KEYS: readonly (readonly [readonly string[], Key])[] = [
  [['?'], 'keys.help'],
  [['g', 'd'], 'keys.drop'],
  [['g', 'j'], 'keys.jobs'],
  [['g', 'l'], 'keys.library'],
  [['g', 'r'], 'keys.results'],
  [['g', 'c'], 'keys.scenes'],
  [['g', 's'], 'keys.dashboard'],
  [['g', 'i'], 'keys.import'],
  [['←', '↑', '→', '↓'], 'keys.move'],
  [['Enter'], 'keys.open'],
  [['Space'], 'keys.select'],
  [['Shift', '→'], 'keys.extend'],
  [['Del'], 'keys.delete'],
  [['Esc'], 'keys.back'],
  [['+', '−', '0'], 'keys.zoom'],
  [['1'], 'keys.actual'],
  [['Shift', '←', '↑', '→', '↓'], 'keys.pan'],
  [['i'], 'keys.details'],
]

export function KeysSheet({ open, onClose }: { open: boolean; onClose: () => void }) {
  const { t } = useWords()
  return (
    <Sheet title={t('keys.title')} open={open} onClose={onClose}>
      <KeyList keys={KEYS.map(([names, key]) => [names, t(key)] as const)} />
    </Sheet>
  )
}
