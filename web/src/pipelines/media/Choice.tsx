// The choice of a group's files for the zip, made file by file or for all groups at once.
import { Check, Minus, Plus, Sparkles } from 'lucide-react'
import type { DuplicateGroupAnswer, FileAnswer, JobAnswer } from '../../api/schema'
import { Button, Notice } from '../../ui/controls'
import styles from './Choice.module.css'
import { useCorrections } from './corrections'
import { sentence } from './Redate'
import { useOwnWords } from './words'

interface Props {
  job: JobAnswer
  group: DuplicateGroupAnswer
  file: FileAnswer
}

export function Choice({ job, group, file }: Props) {
  const { t, said } = useOwnWords()
  const { made } = useCorrections(job.id)
  const inZip = isInZip(group, file)
  const others = group.files.filter((one) => one.id !== file.id)
  const alone = inZip && others.every((one) => !isInZip(group, one))
  const only = () =>
    made.mutate({
      decide: [
        { files: [file.id], choice: 'keep' },
        { files: others.map((one) => one.id), choice: 'drop' },
      ],
    })
  return (
    <div className={styles.choice}>
      <span className={inZip ? styles.in : styles.out}>{t(inZip ? 'choice.in' : 'choice.out')}</span>
      {!alone && group.size <= group.files.length && (
        <Button icon={Check} busy={made.isPending} onPress={only}>
          {t('choice.only')}
        </Button>
      )}
      {inZip ? (
        <Button
          kind="quiet"
          icon={Minus}
          busy={made.isPending}
          onPress={() => made.mutate({ decide: [{ files: [file.id], choice: 'drop' }] })}
        >
          {t('choice.drop')}
        </Button>
      ) : (
        <Button
          kind="quiet"
          icon={Plus}
          busy={made.isPending}
          onPress={() => made.mutate({ decide: [{ files: [file.id], choice: 'keep' }] })}
        >
          {t('choice.back')}
        </Button>
      )}
      {made.error && <Notice kind="error" title={sentence(made.error, said)} />}
    </div>
  )
}

/** Whether the zip will contain the file: of identical ones those that are kept, else the first that isn't left out. */
export function isInZip(group: DuplicateGroupAnswer, file: FileAnswer): boolean {
  if (group.kind !== 'exact') return file.choice !== 'drop' && file.status !== 'duplicate'
  if (group.files.some((one) => one.choice === 'keep')) return file.choice === 'keep'
  const left = group.files.filter((one) => one.choice !== 'drop')
  const kept = left.find((one) => one.id === group.kept) ?? left[0]
  return kept?.id === file.id
}

/** Of identical files the one that the zip will contain, by the decisions made; of others the best. */
export const keptOf = (group: DuplicateGroupAnswer): string | undefined =>
  group.kind === 'exact' ? group.files.find((file) => isInZip(group, file))?.id : group.kept

export function KeepBest({ job }: { job: JobAnswer }) {
  const { t, said } = useOwnWords()
  const { made } = useCorrections(job.id)
  return (
    <span className={styles.choice}>
      <Button icon={Sparkles} busy={made.isPending} onPress={() => made.mutate({ keepBest: 'similar' })}>
        {t('choice.best')}
      </Button>
      {made.error && <Notice kind="error" title={sentence(made.error, said)} />}
    </span>
  )
}
