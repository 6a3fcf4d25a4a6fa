// The form in which a value of any shape is shown.
export type Drawn =
  | { as: 'text'; value: string | number | boolean | null }
  | { as: 'bars'; bars: [string, number][] }
  | { as: 'table'; columns: string[]; rows: unknown[][] }
  | { as: 'json'; json: string }

type Plain = Record<string, unknown>

export function drawn(value: unknown): Drawn {
  if (simple(value)) return { as: 'text', value }
  if (Array.isArray(value)) {
    if (value.every(simple))
      return { as: 'text', value: value.map((one) => String(one ?? '–')).join(', ') || '–' }
    const columns = [...new Set(value.flatMap((one) => (plain(one) ? Object.keys(one) : [])))]
    if (value.every((one) => plain(one) && Object.values(one).every(simple)))
      return {
        as: 'table',
        columns,
        rows: value.map((one) => columns.map((name) => (one as Plain)[name] ?? null)),
      }
  }
  if (plain(value)) {
    const entries = Object.entries(value)
    if (entries.length && entries.every(([, one]) => typeof one === 'number' && one >= 0))
      return { as: 'bars', bars: entries as [string, number][] }
    if (entries.length && entries.every(([, one]) => simple(one)))
      return { as: 'table', columns: entries.map(([name]) => name), rows: [entries.map(([, one]) => one)] }
  }
  return { as: 'json', json: JSON.stringify(value, null, 2) }
}

const simple = (value: unknown): value is string | number | boolean | null =>
  value === null || ['string', 'number', 'boolean'].includes(typeof value)

const plain = (value: unknown): value is Plain =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
