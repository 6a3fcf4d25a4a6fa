import { AudioLines, Check, Copy, Film, Image as ImageIcon, Layers, TriangleAlert } from 'lucide-react'
import { memo } from 'react'
import type { FileAnswer } from '../../api/schema'
import { useWords } from '../../i18n'
import type { PipelinePage } from '../../pipelines/contract'
import { Thumbnail } from '../../ui/Thumbnail'
import styles from './FileTile.module.css'

export const FileTile = memo(function FileTile({
  file,
  page,
}: {
  file: FileAnswer | undefined
  page: PipelinePage
}) {
  const { t, said } = useWords()
  if (!file)
    return (
      <span className={styles.tile}>
        <span className={styles.picture} />
        <span className="visually-hidden">{t('loading')}</span>
      </span>
    )
  const name = file.original_filename.split('/').at(-1) ?? file.original_filename
  const rejected = file.status === 'rejected'
  return (
    <span className={`${styles.tile} ${styles[file.status]}`}>
      <span className={styles.picture}>
        <Thumbnail of={file.thumbnail} alt="" decoding="async" draggable={false}>
          <span className={styles.glyph}>
            <Glyph file={file} />
            {rejected && <small>{said('error', file.error_code ?? '', t('file.rejected'))}</small>}
          </span>
        </Thumbnail>
        {file.duration_seconds != null && (
          <span className={`${styles.length} number`}>{clock(file.duration_seconds)}</span>
        )}
        <span className={styles.badges}>
          {page.Badge && <page.Badge file={file} />}
          {file.status === 'duplicate' && (
            <span title={t('file.duplicate')}>
              <Copy aria-hidden size={14} strokeWidth={2.4} />
            </span>
          )}
        </span>
        <span className={styles.check} data-select>
          <Check aria-hidden size={16} strokeWidth={3} />
        </span>
      </span>
      <span className={styles.caption}>
        <span className={styles.name}>{name}</span>
        <span className={`${styles.facts} number`}>
          <Line file={file} page={page} />
        </span>
      </span>
    </span>
  )
})

/** The pipeline's own line if it has one for this file, else the file's state. */
function Line({ file, page }: { file: FileAnswer; page: PipelinePage }) {
  const { t } = useWords()
  const { TileLine, grouping } = page
  const value = grouping?.of(file) ?? 'none'
  const plain =
    grouping && !TileLine && value !== 'none' ? <grouping.Mark value={value} /> : t(`file.${file.status}`)
  return TileLine ? <TileLine file={file}>{plain}</TileLine> : plain
}

function Glyph({ file }: { file: FileAnswer }) {
  const name = file.original_filename.toLowerCase()
  const Icon =
    file.status === 'rejected'
      ? TriangleAlert
      : /\.(mp4|mov|m4v|avi|mkv)$/.test(name)
        ? Film
        : /\.(nii|gz|nrrd|mha|dcm|zip)$/.test(name)
          ? Layers
          : /\.(wav|flac|mp3|ogg|opus|m4a|aac|aiff?)$/.test(name)
            ? AudioLines
            : ImageIcon
  return <Icon aria-hidden size={30} strokeWidth={1.3} />
}

export function clock(seconds: number): string {
  const whole = Math.round(seconds)
  const parts = [Math.floor(whole / 3600), Math.floor(whole / 60) % 60, whole % 60]
  return (parts[0] ? parts : parts.slice(1))
    .map((n, at) => (at ? String(n).padStart(2, '0') : String(n)))
    .join(':')
}
