import { Rows3 } from 'lucide-react'
import { useState } from 'react'
import type { DuplicateGroupAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { Button, Empty, Sheet } from '../../ui/controls'
import { Compare, SideBySide } from './Compare'
import styles from './Duplicates.module.css'

interface Props {
  groups: readonly DuplicateGroupAnswer[]
  final: boolean
  running: boolean
}

export function Duplicates({ groups, final, running }: Props) {
  const { t } = useWords()
  const [compared, compare] = useState<DuplicateGroupAnswer | null>(null)
  const word = (kind: string) => t(kind === 'exact' ? 'duplicates.kept' : 'duplicates.best')
  if (!groups.length)
    return (
      <Empty title={final ? t('duplicates.none') : t('duplicates.notYet')}>
        {!final && running ? t('duplicates.notYetText') : null}
      </Empty>
    )
  return (
    <div className={styles.groups}>
      <Sheet full hideTitle title={t('compare')} open={compared !== null} onClose={() => compare(null)}>
        {compared && (
          <Compare
            files={compared.files}
            kept={compared.kept}
            keptWord={word(compared.kind)}
            onClose={() => compare(null)}
          />
        )}
      </Sheet>
      {!final && <p className={styles.note}>{t('duplicates.notYetText')}</p>}
      {(['exact', 'similar'] as const).map((kind) => {
        const found = groups.filter((group) => group.kind === kind)
        if (!found.length) return null
        return (
          <section key={kind}>
            <h2>{t(kind === 'exact' ? 'duplicates.exact' : 'duplicates.similar')}</h2>
            <p>{t(kind === 'exact' ? 'duplicates.exactText' : 'duplicates.similarText')}</p>
            {found.map((group) => (
              <article key={group.kept + kind}>
                <SideBySide files={group.files} kept={group.kept} keptWord={word(kind)} />
                {kind === 'similar' && (
                  <span>
                    <Button icon={Rows3} onPress={() => compare(group)}>
                      {t('compare')}
                    </Button>
                  </span>
                )}
              </article>
            ))}
          </section>
        )
      })}
    </div>
  )
}
