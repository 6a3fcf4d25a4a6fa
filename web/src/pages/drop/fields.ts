// The parts of JSON Schema that the pipelines' options use, as fields of a form.
export type Options = Record<string, unknown>

interface Common {
  name: string
  title: string
  description: string
  initial: unknown
  optional: boolean
}

export type Field = Common &
  (
    | { kind: 'text'; maxLength: number | undefined }
    | { kind: 'number' | 'range'; min: number | undefined; max: number | undefined; step: number | 'any' }
    | { kind: 'switch' }
    | { kind: 'choice'; choices: string[] }
    | { kind: 'pairs' }
  )

interface Schema {
  type?: string
  title?: string
  description?: string
  default?: unknown
  enum?: unknown[]
  anyOf?: Schema[]
  minimum?: number
  maximum?: number
  maxLength?: number
  properties?: Record<string, Schema>
}

/** The most steps of a slider. */
const SLIDER = 200

export function fieldsOf(schema: Record<string, unknown>): Field[] {
  return Object.entries((schema as Schema).properties ?? {}).map(([name, found]) => field(name, found))
}

function field(name: string, found: Schema): Field {
  const optional = Boolean(found.anyOf?.some((one) => one.type === 'null'))
  const inner = { ...found.anyOf?.find((one) => one.type !== 'null'), ...found }
  const common = {
    name,
    title: titled(name, found.title),
    description: found.description ?? '',
    initial: initial(name, found),
    optional,
  }
  if (inner.enum) return { ...common, kind: 'choice', choices: inner.enum.map(String) }
  switch (inner.type ?? found.anyOf?.find((one) => one.type !== 'null')?.type) {
    case 'boolean':
      return { ...common, kind: 'switch' }
    case 'integer':
    case 'number':
      return { ...common, ...numeric(inner) }
    case 'object':
      return { ...common, kind: 'pairs' }
    default:
      return { ...common, kind: 'text', maxLength: inner.maxLength }
  }
}

/** A title that only repeats the name is written like other words: “Region names”, not “Region Names”. */
function titled(name: string, title: string | undefined): string {
  const words = name.replaceAll('_', ' ')
  if (title && title.toLowerCase() !== words) return title
  return words.charAt(0).toUpperCase() + words.slice(1)
}

function numeric(found: Schema) {
  const { minimum: min, maximum: max } = found
  const whole = found.type === 'integer'
  const wide = min === undefined || max === undefined || (whole && max - min > SLIDER)
  // Sixteenths hold the fractions in which defaults are written, without visible rounding.
  return { kind: wide ? ('number' as const) : ('range' as const), min, max, step: whole ? 1 : 1 / 16 }
}

/** The schema's default; for a time zone the user's own, where the photos most likely come from. */
function initial(name: string, found: Schema): unknown {
  if (name === 'timezone') return Intl.DateTimeFormat().resolvedOptions().timeZone || found.default
  return found.default ?? undefined
}

/** The values to send: every field's but the empty ones. */
export function filled(schema: Record<string, unknown>, values: Options): Options {
  const all = fieldsOf(schema).map((one) => [one.name, values[one.name] ?? one.initial] as const)
  return Object.fromEntries(all.filter(([, value]) => value !== undefined && value !== null))
}
