// Corrections that aren't in the zip yet: one button rebuilds it, another reverts the last change.
import { PackageCheck, Undo2 } from 'lucide-react'
import { Problem } from '../../api/client'
import { useControl } from '../../api/queries'
import { Button, Notice } from '../../ui/controls'
import type { JobView } from '../contract'
import { useCorrections } from './corrections'
import { useOwnWords } from './words'

export default function Corrected({ job, how }: JobView) {
  const { t, said } = useOwnWords()
  const control = useControl(job.id)
  const { made, undoable } = useCorrections(job.id)
  const error = control.error ?? made.error
  if (how.results_current !== false) return null
  return (
    <Notice
      kind="info"
      title={t('corrected.title')}
      action={
        <>
          {undoable && (
            <Button icon={Undo2} busy={made.isPending} onPress={() => made.mutate('undo')}>
              {t('corrected.undo')}
            </Button>
          )}
          <Button
            kind="primary"
            icon={PackageCheck}
            busy={control.isPending}
            onPress={() => control.mutate({ remake: {} })}
          >
            {t('corrected.make')}
          </Button>
        </>
      }
    >
      {error instanceof Problem ? said('error', error.code, error.message) : t('corrected.text')}
    </Notice>
  )
}
