// The actions for selected photos: correcting dates, leaving them out of the zip, putting them back.
import { CalendarClock, Minus, Plus } from 'lucide-react'
import { useState } from 'react'
import type { FileAnswer } from '../../api/schema'
import { Button, Sheet } from '../../ui/controls'
import { useCorrections } from './corrections'
import Redate from './Redate'
import { useOwnWords } from './words'

export default function Selected({ files, onDone }: { files: readonly FileAnswer[]; onDone: () => void }) {
  const { t } = useOwnWords()
  const { made } = useCorrections(files[0]?.job_id ?? '')
  const [correcting, correct] = useState(false)
  const out = files.length > 0 && files.every((file) => file.choice === 'drop')
  const decide = () =>
    made.mutate(
      { decide: [{ files: files.map((file) => file.id), choice: out ? null : 'drop' }] },
      { onSuccess: onDone },
    )
  return (
    <>
      <Button icon={CalendarClock} label={t('redate')} onPress={() => correct(true)} />
      <Button
        icon={out ? Plus : Minus}
        label={t(out ? 'choice.back' : 'choice.drop')}
        busy={made.isPending}
        onPress={decide}
      />
      <Sheet
        title={t('redate.title', { count: files.length })}
        open={correcting}
        onClose={() => correct(false)}
      >
        <Redate files={files} onDone={() => correct(false)} />
      </Sheet>
    </>
  )
}
