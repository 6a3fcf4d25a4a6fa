// Shows which files were just put into the bin, with the way back.
import { Undo2 } from 'lucide-react'
import type { FileBin } from '../api/bin'
import { Problem } from '../api/client'
import { useWords } from '../i18n'
import { Button } from './controls'
import { Toast } from './Toast'

export function BinnedFiles({ bin }: { bin: FileBin }) {
  const { t, said } = useWords()
  const { data, error, variables, isPending, mutate, reset } = bin
  const done = data && !variables?.back ? data.done : []
  const missed = data?.missed.length ?? 0
  const shown = Boolean(error) || done.length > 0 || missed > 0
  return (
    <Toast onClose={reset}>
      {shown && (
        <>
          {done.length > 0 && <strong>{t('bin.thrownFiles', { count: done.length })}</strong>}
          {missed > 0 && <span>{t('bin.missed', { count: missed })}</span>}
          {error && (
            <span>
              {error instanceof Problem && !error.unreachable
                ? said('error', error.code, error.message)
                : t('offline.title')}
            </span>
          )}
          {done.length > 0 && (
            <Button icon={Undo2} busy={isPending} onPress={() => mutate({ ids: done, back: true })}>
              {t('bin.restore')}
            </Button>
          )}
          {error && variables && (
            <Button busy={isPending} onPress={() => mutate(variables)}>
              {t('again')}
            </Button>
          )}
        </>
      )}
    </Toast>
  )
}
