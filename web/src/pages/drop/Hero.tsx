import type { UseQueryResult } from '@tanstack/react-query'
import type { PipelineAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { pageOf } from '../../pipelines'
import type { Chosen } from '../../upload/checks'
import { Choosers } from './Choosers'
import styles from './Hero.module.css'
import { PipelinesGone } from './PipelinesGone'

interface Props {
  pipelines: UseQueryResult<PipelineAnswer[]>
  onChoose: (files: Chosen[]) => void
}

export function Hero({ pipelines, onChoose }: Props) {
  const { t, said } = useWords()
  return (
    <div className={styles.hero}>
      <section className={styles.drop}>
        <Stream />
        <h1>
          <span>{t('hero.title.in')}</span> <span>{t('hero.title.out')}</span>
        </h1>
        <p>{t('hero.text')}</p>
        <div className={styles.choose}>
          <Choosers kind="primary" onChoose={onChoose} />
        </div>
        <p className={styles.small}>{t('hero.guest')}</p>
      </section>
      <section aria-label={t('pipelines')} className={styles.pipelines}>
        {pipelines.data?.map((pipeline) => {
          const { Icon } = pageOf(pipeline.name)
          return (
            <article key={pipeline.name}>
              <Icon aria-hidden size={26} strokeWidth={1.5} />
              <h2>{said('pipeline', pipeline.name, pipeline.title)}</h2>
              <p>{said('pipeline', `${pipeline.name}.text`, pipeline.description)}</p>
              <p className={styles.extensions}>{pipeline.extensions.join(' ')}</p>
            </article>
          )
        })}
        {pipelines.isPending && [0, 1].map((n) => <article key={n} className={styles.waiting} />)}
        {pipelines.isError && <PipelinesGone pipelines={pipelines} />}
      </section>
    </div>
  )
}

/** Water on its way to the mill: the only ornament of the page. */
function Stream() {
  return (
    <svg className={styles.stream} viewBox="0 0 1200 170" preserveAspectRatio="none" aria-hidden="true">
      {[0, 1, 2, 3, 4].map((n) => (
        <path
          key={n}
          d={`M-20 ${30 + 28 * n}c160-${34 - 3 * n} 290-${30 - 2 * n} 410 0s270 ${36 - 4 * n} 420 0 280-${22 + 2 * n} 420 0`}
        />
      ))}
    </svg>
  )
}
