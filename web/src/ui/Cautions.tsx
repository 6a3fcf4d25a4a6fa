// Cautions that must stand beside a result wherever it is shown: its unsuitable uses, and anything assumed, dropped or
// repaired.
import { useWords } from '../i18n'
import { Notice } from './controls'

/** A code with the English sentence and its values. */
export type Caution = { code: string; message: string; [name: string]: unknown }
type Warning = string | Caution

const NAMES = new Set(['notice', 'statement', 'warnings', 'warning_codes', 'warning_values'])

interface Found {
  notice: string | undefined
  statement: string | undefined
  warnings: Warning[]
}

export function cautionsOf(metadata: Readonly<Record<string, unknown>>): Found {
  const text = (value: unknown) => (typeof value === 'string' && value ? value : undefined)
  const warnings = withCodes(metadata).filter(isWarning)
  return { notice: text(metadata.notice), statement: text(metadata.statement), warnings }
}

/** The rest of a result's metadata. */
export const withoutCautions = (metadata: Record<string, unknown>): Record<string, unknown> =>
  Object.fromEntries(Object.entries(metadata).filter(([name]) => !NAMES.has(name)))

export function Cautions({ metadata }: { metadata: Readonly<Record<string, unknown>> }) {
  const { t, said } = useWords()
  const { notice, statement, warnings } = cautionsOf(metadata)
  const told = warnings.map((one) =>
    typeof one === 'string' ? one : said('warning', one.code, one.message, valuesOf(one)),
  )
  if (!notice && !statement && !told.length) return null
  return (
    <Notice kind="warning" title={notice ? said('notice', notice, notice) : t('cautions')}>
      {statement && <p>{statement}</p>}
      {told.length > 0 && (
        <ul>
          {told.map((one) => (
            <li key={one}>{one}</li>
          ))}
        </ul>
      )}
    </Notice>
  )
}

const listOf = (value: unknown): unknown[] => (Array.isArray(value) ? value : [])

/** Sentences whose codes and values are in separate lists, as for volumes. */
function withCodes(metadata: Readonly<Record<string, unknown>>): unknown[] {
  const codes = listOf(metadata.warning_codes)
  const values = listOf(metadata.warning_values)
  return listOf(metadata.warnings).map((one, n) => {
    const code = codes[n]
    return typeof one === 'string' && typeof code === 'string'
      ? { ...(values[n] as object), code, message: one }
      : one
  })
}

const isWarning = (value: unknown): value is Warning =>
  typeof value === 'string' ||
  (typeof value === 'object' && value !== null && 'code' in value && 'message' in value)

export const valuesOf = (warning: Caution) =>
  Object.fromEntries(
    Object.entries(warning).filter((entry): entry is [string, string | number] =>
      ['string', 'number'].includes(typeof entry[1]),
    ),
  )
