// Words that no dictionary has: suggested pronunciations, to be corrected, kept and used.
import { useMutation, useQuery, useQueryClient } from '@tanstack/react-query'
import { useState } from 'react'
import { useNavigate } from 'react-router'
import { api, Problem } from '../../api/client'
import { openJob } from '../../api/library'
import { content } from '../../api/queries'
import { Button, Empty, Notice, Skeleton } from '../../ui/controls'
import type { JobView } from '../contract'
import { keepWords, parseMissing } from './dictionary'
import styles from './Missing.module.css'
import { useOwnWords } from './words'

export default function Missing({ job, how, artifacts, files }: JobView) {
  const { t, said } = useOwnWords()
  const client = useQueryClient()
  const navigate = useNavigate()
  const source = artifacts.find((one) => one.name === 'missing_dict')!
  const found = useQuery({
    queryKey: ['missing', source.download_url, source.created_at],
    queryFn: async () => parseMissing(await (await content(source)).text()),
    staleTime: Number.POSITIVE_INFINITY,
  })
  const paused = how.status === 'paused'
  const [typed, type] = useState<ReadonlyMap<string, string>>(new Map())
  const language = String(job.options.language ?? 'en_US')
  const act = useMutation({
    mutationFn: async (words: ReadonlyMap<string, string>) => {
      await keepWords(language, words)
      if (paused) {
        await api(`/jobs/${job.id}/control`, { method: 'POST', body: { action: 'resume' } })
        await client.invalidateQueries({ queryKey: ['status', job.id] })
        return
      }
      const { pipeline, options, name } = job
      const file_ids = files.flatMap((file) => file?.id ?? [])
      const made = await openJob({ pipeline, options, name, file_ids }, `${job.id}-${Date.now()}`)
      navigate(`/jobs/${made.id}`)
    },
  })
  if (found.isError)
    return (
      <Notice
        kind="error"
        title={t('speech.missing.gone')}
        action={<Button onPress={() => found.refetch()}>{t('again')}</Button>}
      />
    )
  if (!found.data) return <Skeleton lines={4} />
  if (!found.data.length) return <Empty title={t('speech.missing.none')} />
  const textOf = (word: string, suggestion: string) => typed.get(word) ?? suggestion
  // A waiting job needs all of them; a finished one has used the suggestions already.
  const kept = new Map(
    found.data
      .filter(({ word }) => paused || typed.has(word))
      .map(({ word, suggestion }) => [word, textOf(word, suggestion).trim().replace(/\s+/g, ' ')] as const)
      .filter(([, value]) => value),
  )
  const empty = paused ? found.data.length - kept.size : 0
  return (
    <form
      className={styles.missing}
      onSubmit={(event) => {
        event.preventDefault()
        act.mutate(kept)
      }}
    >
      <p>{t(paused ? 'speech.missing.paused' : 'speech.missing.text', { count: found.data.length })}</p>
      {/* biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls must be reached from the keyboard */}
      <section className={styles.scroll} tabIndex={0} aria-label={t('tab.missing')}>
        <table>
          <thead>
            <tr>
              <th scope="col">{t('speech.missing.word')}</th>
              <th scope="col">{t('speech.missing.said')}</th>
            </tr>
          </thead>
          <tbody>
            {found.data.map(({ word, suggestion }) => (
              <tr key={word}>
                <th scope="row">{word}</th>
                <td>
                  <input
                    type="text"
                    aria-label={t('speech.missing.saidOf', { word })}
                    value={textOf(word, suggestion)}
                    spellCheck={false}
                    autoCapitalize="characters"
                    maxLength={300}
                    onChange={(event) => type(new Map(typed).set(word, event.target.value))}
                  />
                  {typed.has(word) && typed.get(word) !== suggestion && (
                    <Button
                      kind="quiet"
                      aria-label={t('speech.missing.backOf', { word })}
                      onPress={() => type(new Map([...typed].filter(([one]) => one !== word)))}
                    >
                      {t('speech.missing.back')}
                    </Button>
                  )}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      </section>
      {empty > 0 && <p>{t('speech.missing.empty', { count: empty })}</p>}
      {act.error && (
        <Notice
          kind="error"
          title={
            act.error instanceof Problem && !act.error.unreachable
              ? said('error', act.error.code, act.error.message)
              : t('offline.title')
          }
        />
      )}
      <span>
        <Button kind="primary" type="submit" isDisabled={!kept.size || empty > 0} busy={act.isPending}>
          {t(paused ? 'speech.missing.goOn' : 'speech.missing.again')}
        </Button>
      </span>
    </form>
  )
}
