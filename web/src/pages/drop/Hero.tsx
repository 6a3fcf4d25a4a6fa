import type { UseQueryResult } from '@tanstack/react-query'
import type { PipelineAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import { exampleOf, pageOf } from '../../pipelines'
import type { Chosen } from '../../upload/checks'
import { Choosers } from './Choosers'
import styles from './Hero.module.css'
import { PipelinesGone } from './PipelinesGone'

interface Props {
  pipelines: UseQueryResult<PipelineAnswer[]>
  onChoose: (files: Chosen[]) => void
}

/** Places in the sheet of pictures. */
const HEAP = [4, 0, 3, 1, 5, 0, 2]
const ROWS = [
  ['2023/07', [5, 3]],
  ['2024/01', [1, 0]],
  ['2024/02', [2, 4]],
] as const

export function Hero({ pipelines, onChoose }: Props) {
  const { t, said } = useWords()
  return (
    <div className={styles.hero}>
      <section className={styles.drop}>
        <Order />
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
              {exampleOf(pipeline.name) && (
                <img src={exampleOf(pipeline.name)} alt="" width={480} height={180} />
              )}
              <h2>
                <Icon aria-hidden size={20} strokeWidth={1.6} />
                {said('pipeline', pipeline.name, pipeline.title)}
              </h2>
              <p>{firstSentence(said('pipeline', `${pipeline.name}.text`, pipeline.description))}</p>
            </article>
          )
        })}
        {pipelines.isPending && [0, 1].map((n) => <article key={n} className={styles.waiting} />)}
        {pipelines.isError && <PipelinesGone pipelines={pipelines} />}
      </section>
    </div>
  )
}

/** One line for each pipeline; the full text stands where the pipeline is chosen. */
const firstSentence = (text: string) => /^.+?[.](?=\s|$)/s.exec(text)?.[0] ?? text

/** Photos in public domain (CC0, NASA, SpaceX), a heap of them and the same in order; the cat came twice. */
function Order() {
  return (
    <div className={styles.order} aria-hidden="true">
      <div className={styles.heap}>
        {HEAP.map((photo, n) => (
          <i key={n} data-photo={photo} />
        ))}
      </div>
      <svg viewBox="0 0 40 24" width="40" height="24" aria-hidden="true">
        <path d="M2 12h34M27 3l9 9-9 9" />
      </svg>
      <div className={styles.rows}>
        {ROWS.map(([month, photos]) => (
          <div key={month}>
            <span className="number">{month}</span>
            {photos.map((photo) => (
              <i key={photo} data-photo={photo} />
            ))}
          </div>
        ))}
      </div>
    </div>
  )
}
