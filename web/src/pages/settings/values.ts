// The groups of settings, and the form in which people read and write their values.
import type { Setting, SettingValue } from '../../api/settings'

export const GROUPS = ['sessions', 'limits', 'access', 'deployment'] as const
export type Group = (typeof GROUPS)[number]
export type Unit = 'seconds' | 'bytes' | 'count'

const SESSIONS = new Set(['token_seconds', 'refresh_seconds', 'guest_seconds'])
const ACCESS = new Set([
  'cors_origins',
  'drop_owner',
  'import_roots',
  'webhook_networks',
  'admin_email',
  'public_s3_endpoint',
])
const IN_SECONDS = new Set(['limit_upload_patience', 'limit_check_every', 'limit_lease_margin'])
const IN_BYTES = new Set(['limit_stored_bytes', 'limit_guest_bytes', 'limit_multipart_from'])

export function groupOf(name: string): Group {
  if (SESSIONS.has(name)) return 'sessions'
  if (name.startsWith('limit_')) return 'limits'
  return ACCESS.has(name) ? 'access' : 'deployment'
}

export function unitOf(name: string): Unit {
  if (name.endsWith('_seconds') || IN_SECONDS.has(name)) return 'seconds'
  return name.endsWith('_bytes') || IN_BYTES.has(name) ? 'bytes' : 'count'
}

const SPANS = [
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
  ['second', 1],
] as const
const SIZES = ['TiB', 'GiB', 'MiB', 'KiB'] as const

/** A number of seconds or bytes in its natural units: 2592000 seconds are 30 days, 67108864 bytes 64 MiB. */
export function meant(value: number, unit: Unit, language: string): string {
  const plain = new Intl.NumberFormat(language)
  if (unit === 'seconds') {
    const parts: string[] = []
    let left = value
    for (const [name, length] of SPANS) {
      const count = Math.floor(left / length)
      if (count)
        parts.push(
          new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'long' }).format(count),
        )
      left -= count * length
    }
    return (
      parts.join(' ') ||
      new Intl.NumberFormat(language, { style: 'unit', unit: 'second', unitDisplay: 'long' }).format(0)
    )
  }
  if (unit === 'bytes')
    for (const [n, name] of SIZES.entries()) {
      const size = 1024 ** (SIZES.length - n)
      // Sixteenths are as exact as they look.
      if (value >= size && (16 * value) % size === 0)
        return `${new Intl.NumberFormat(language, { maximumFractionDigits: 4 }).format(value / size)} ${name}`
    }
  return plain.format(value)
}

/** The text of the field. */
export const written = (value: SettingValue): string =>
  value === null ? '' : Array.isArray(value) ? value.join('\n') : String(value)

/** The value to send: the API judges any text that is no number. */
export function read(setting: Setting, text: string): SettingValue {
  if (Array.isArray(setting.value))
    return text
      .split(/[\n,]/)
      .map((line) => line.trim())
      .filter(Boolean)
  const trimmed = text.trim()
  return setting.least !== null && /^-?\d+$/.test(trimmed) ? Number(trimmed) : trimmed
}
