// Sizes, durations and dates as the language writes them.
import { useWords } from './index'

const UNITS = ['byte', 'kilobyte', 'megabyte', 'gigabyte', 'terabyte'] as const

export function bytes(value: number, language: string): string {
  let unit = 0
  let amount = value
  while (amount >= 999.5 && unit < UNITS.length - 1) {
    amount /= 1000
    unit++
  }
  return new Intl.NumberFormat(language, {
    style: 'unit',
    unit: UNITS[unit]!,
    unitDisplay: unit ? 'short' : 'long',
    maximumFractionDigits: amount < 10 && unit > 0 ? 1 : 0,
  }).format(amount)
}

/** A duration, no finer than it is known: seconds, then minutes, then hours and minutes, then days and hours. */
export function duration(seconds: number, language: string): string {
  const unit = (value: number, name: 'second' | 'minute' | 'hour' | 'day') =>
    new Intl.NumberFormat(language, { style: 'unit', unit: name, unitDisplay: 'short' }).format(value)
  const two = (value: number, of: number, large: 'hour' | 'day', small: 'minute' | 'hour') =>
    unit(Math.floor(value / of), large) + (value % of ? ` ${unit(value % of, small)}` : '')
  if (seconds < 90) return unit(Math.max(1, Math.round(seconds)), 'second')
  const minutes = Math.round(seconds / 60)
  if (minutes < 90) return unit(minutes, 'minute')
  const hours = Math.round(minutes / 60)
  return hours < 48 ? two(minutes, 60, 'hour', 'minute') : two(hours, 24, 'day', 'hour')
}

const STEPS = [
  ['year', 31_557_600],
  ['month', 2_629_800],
  ['day', 86_400],
  ['hour', 3600],
  ['minute', 60],
] as const

export function ago(iso: string, now: number, language: string): string {
  const seconds = (Date.parse(iso) - now) / 1000
  const relative = new Intl.RelativeTimeFormat(language, { numeric: 'auto' })
  for (const [unit, length] of STEPS) {
    if (Math.abs(seconds) >= length) return relative.format(Math.trunc(seconds / length), unit)
  }
  return relative.format(0, 'second')
}

function quantitiesOf(language: string) {
  const moment = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeStyle: 'short' })
  const day = new Intl.DateTimeFormat(language, { dateStyle: 'medium' })
  const time = new Intl.DateTimeFormat(language, { timeStyle: 'short' })
  const number = new Intl.NumberFormat(language, { maximumFractionDigits: 2 })
  const dollars = new Intl.NumberFormat(language, {
    style: 'currency',
    currency: 'USD',
    maximumSignificantDigits: 2,
  })
  // Times of photos are shown in the zone in which they are kept.
  const taken = new Intl.DateTimeFormat(language, {
    dateStyle: 'medium',
    timeStyle: 'medium',
    timeZone: 'UTC',
  })
  const takenDay = new Intl.DateTimeFormat(language, { dateStyle: 'medium', timeZone: 'UTC' })
  const month = new Intl.DateTimeFormat(language, { month: 'long', year: 'numeric', timeZone: 'UTC' })
  const percent = new Intl.NumberFormat(language, { style: 'percent', maximumFractionDigits: 0 })
  return {
    bytes: (value: number) => bytes(value, language),
    duration: (seconds: number) => duration(seconds, language),
    ago: (iso: string) => ago(iso, Date.now(), language),
    moment: (iso: string) => moment.format(new Date(iso)),
    taken: (iso: string) => taken.format(new Date(iso)),
    takenDay: (iso: string) => takenDay.format(new Date(iso)),
    /** The name of a month such as `2024-06`. */
    month: (key: string) => month.format(new Date(`${key}-15T00:00:00Z`)),
    time: (iso: string) => time.format(new Date(iso)),
    day: (iso: string) => day.format(new Date(iso)),
    dollars: (value: number) => dollars.format(value),
    number: (value: number) => number.format(value),
    percent: (value: number) => percent.format(value / 100),
  }
}

// Each tile of a grid writes a date: formatters take long to make, and are the same for all.
const made = new Map<string, ReturnType<typeof quantitiesOf>>()

export function useQuantities() {
  const { language } = useWords()
  const found = made.get(language) ?? quantitiesOf(language)
  made.set(language, found)
  return found
}
