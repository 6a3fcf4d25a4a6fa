// A shoot picture by picture: before and after, the card's patches, the differences, and the downloads.
import { keepPreviousData, useQuery } from '@tanstack/react-query'
import { Download } from 'lucide-react'
import { useSearchParams } from 'react-router'
import { content } from '../../api/queries'
import type { ArtifactAnswer } from '../../api/schema'
import { useDownload } from '../../pages/job/download'
import { Cautions } from '../../ui/Cautions'
import { Button, Notice, Select, Skeleton } from '../../ui/controls'
import { QualityMark } from '../../ui/QualityMark'
import type { JobView } from '../contract'
import { BeforeAfter } from './BeforeAfter'
import { Corners } from './Corners'
import { Differences } from './Differences'
import styles from './Pictures.module.css'
import { MENDED, type PictureReport } from './report'
import { useOwnWords } from './words'

/** The downloads of a picture, in this order. */
const TAKEN = ['corrected', 'cube', 'profile', 'dcp', 'patches', 'report'] as const
const SHARED = ['report.html', 'report.pdf']

export default function Pictures({ job, artifacts, files }: JobView) {
  const { t } = useOwnWords()
  const [params, setParams] = useSearchParams()
  const numbers = artifacts
    .flatMap(({ name }) => /^report-(\d+)$/.exec(name)?.[1] ?? [])
    .map(Number)
    .sort((a, b) => a - b)
  const asked = Number(params.get('picture'))
  const number = numbers.includes(asked) ? asked : numbers[0]!
  const named = (name: string) => artifacts.find((one) => one.name === name)
  const nameOf = (one: number) =>
    files[one - 1]?.original_filename ?? named(`report-${one}`)?.filename ?? String(one)
  const show = (to: number | undefined) => {
    if (to === undefined) return
    const next = new URLSearchParams(params)
    next.set('picture', String(to))
    setParams(next, { replace: true })
  }
  const at = numbers.indexOf(number)
  const source = named(`report-${number}`)!
  const report = useQuery({
    queryKey: ['colour', source.download_url, source.created_at],
    queryFn: async () => JSON.parse(await (await content(source)).text()) as PictureReport,
    staleTime: Number.POSITIVE_INFINITY,
    gcTime: 5 * 60_000,
    placeholderData: keepPreviousData,
  })
  const [file, picture] = [files[number - 1], named(`before-${number}`)]
  const taken = TAKEN.flatMap((kind) => named(`${kind}-${number}`) ?? [])
  const shared = SHARED.flatMap((name) => named(name) ?? [])

  return (
    <div className={styles.pictures}>
      {numbers.length > 1 && (
        <nav className={styles.choice} aria-label={t('colour.picture')}>
          <Select
            label={t('colour.picture')}
            value={String(number)}
            onChange={(value) => show(Number(value))}
            options={numbers.map((one) => [String(one), nameOf(one)] as const)}
          />
          <Button isDisabled={at === 0} onPress={() => show(numbers[at - 1])}>
            {t('viewer.before')}
          </Button>
          <Button isDisabled={at === numbers.length - 1} onPress={() => show(numbers[at + 1])}>
            {t('viewer.after')}
          </Button>
        </nav>
      )}
      {report.isPending && <Skeleton lines={5} />}
      {report.isError && (
        <Notice
          kind="error"
          title={t('colour.gone')}
          action={<Button onPress={() => report.refetch()}>{t('again')}</Button>}
        />
      )}
      {report.data && (
        <div className={report.isPlaceholderData ? styles.stale : styles.shown}>
          <Head report={report.data} />
          {MENDED.has(report.data.reason?.code ?? '') && picture && file && report.data.picture.width ? (
            <Corners
              key={number}
              report={report.data}
              picture={picture}
              job={job}
              file={file}
              files={files}
            />
          ) : (
            <BeforeAfter
              key={number}
              report={report.data}
              before={picture}
              after={named(`after-${number}`)}
            />
          )}
          {report.data.fit && <Differences fit={report.data.fit} />}
        </div>
      )}
      <section className={styles.taken} aria-labelledby="taken">
        <h2 id="taken">{t('colour.take')}</h2>
        <ul>
          {[...taken, ...shared].map((artifact) => (
            <Taken key={artifact.name} artifact={artifact} />
          ))}
        </ul>
      </section>
    </div>
  )
}

function Head({ report }: { report: PictureReport }) {
  const { t, said } = useOwnWords()
  const { fit } = report
  if (!report.success || report.reason)
    return (
      <Notice
        kind="error"
        title={said('error', report.reason?.code ?? '', report.reason?.message ?? t('verdict.failed'))}
      />
    )
  return (
    <>
      {fit && (
        <dl className={`${styles.figures} number`}>
          <Figure name={t('colour.before')} value={fit.summary.delta_e_before.mean} />
          <Figure name={t('colour.after')} value={fit.summary.overall_delta_e} strong />
          <Figure name={t('colour.worst')} value={fit.summary.max_delta_e} />
          <Figure name={t('colour.leftOut')} value={fit.summary.leave_one_out_delta_e} />
          <div>
            <dt>{t('colour.rating')}</dt>
            <dd>
              {fit.summary.quality_rating
                ? said('option', `colour.rating.${fit.summary.quality_rating}`, fit.summary.quality_rating)
                : '–'}
              <QualityMark score={fit.summary.quality_score} />
            </dd>
          </div>
          <div>
            <dt>{t('colour.fadgi')}</dt>
            <dd title={`${fit.summary.fadgi.guideline}, ${fit.summary.fadgi.label}`}>
              {t('colour.stars', { stars: fit.summary.fadgi.stars })}
            </dd>
          </div>
        </dl>
      )}
      <Cautions metadata={{ warnings: report.warnings }} />
    </>
  )
}

function Figure({ name, value, strong }: { name: string; value: number | null; strong?: boolean }) {
  return (
    <div>
      <dt>{name}</dt>
      <dd className={strong ? styles.strong : ''}>{value === null ? '–' : value.toFixed(2)}</dd>
    </div>
  )
}

function Taken({ artifact }: { artifact: ArtifactAnswer }) {
  const { t, said } = useOwnWords()
  const download = useDownload()
  const kind = artifact.name.replace(/-\d+$/, '')
  return (
    <li>
      <span>
        <strong>{said('option', `colour.taken.${kind}`, artifact.name)}</strong>
        <small>{artifact.filename}</small>
      </span>
      <Button
        icon={Download}
        busy={download.busy}
        label={t('download.one', { name: artifact.filename })}
        onPress={() => download.start(artifact.download_url)}
      />
    </li>
  )
}
