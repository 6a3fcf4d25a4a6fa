// An entry of the audit log as words and values.
import type { AuditEntryAnswer } from '../../api/schema'

export interface Detail {
  name: string
  before?: unknown
  after: unknown
}

/** The details of any action: old and new values, or just the recorded ones. */
export function detailsOf(details: Record<string, unknown>): Detail[] {
  // A single change has no name.
  if ('before' in details && 'after' in details)
    return [{ name: '', before: details.before, after: details.after }]
  return Object.entries(details).map(([name, value]) =>
    isChange(value) ? { name, before: value.before, after: value.after } : { name, after: value },
  )
}

const isChange = (value: unknown): value is { before: unknown; after: unknown } =>
  typeof value === 'object' && value !== null && 'before' in value && 'after' in value

export interface Day {
  day: string
  entries: AuditEntryAnswer[]
}

/** Groups entries by day in the reader's time zone, in the given order. */
export function byDay(entries: readonly AuditEntryAnswer[]): Day[] {
  const days: Day[] = []
  for (const entry of entries) {
    const day = new Date(entry.at).toDateString()
    if (days.at(-1)?.day !== day) days.push({ day, entries: [] })
    days.at(-1)!.entries.push(entry)
  }
  return days
}

export const text = (value: unknown): string =>
  value === null || value === undefined || value === '' || (Array.isArray(value) && !value.length)
    ? '–'
    : Array.isArray(value)
      ? value.map(text).join(', ')
      : typeof value === 'object'
        ? JSON.stringify(value)
        : String(value)
