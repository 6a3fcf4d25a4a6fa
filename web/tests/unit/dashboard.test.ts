import { describe, expect, test } from 'vitest'
import type { StatsAnswer } from '../../src/api/schema'
import { bar, dayNames, ended, totals, untouched } from '../../src/pages/dashboard'

const day = (date: string, completed = 0, failed = 0, cancelled = 0) => ({
  date,
  opened: completed + failed + cancelled,
  completed,
  failed,
  cancelled,
})
const nothing: StatsAnswer = {
  total_jobs_processed: 0,
  total_jobs_today: 0,
  unique_users: 1,
  average_processing_time_seconds: null,
  jobs_in_queue: 0,
  uptime_hours: 0,
  stored_bytes: 0,
  days: [day('2026-11-20'), day('2026-11-21')],
  pipelines: [],
  errors: [],
}

describe('the dashboard', () => {
  test('days keep the server’s date, wherever the reader is', () => {
    // Independent of the machine's zone: a date read as local would be the day before, west of Greenwich.
    expect(dayNames('en')(day('2026-11-21'))).toBe('Nov 21')
    expect(dayNames('de')(day('2026-03-01'))).toBe('1. März')
  })

  test('a bar is as long as its parts together', () => {
    expect(bar('Nov 21', ended(day('2026-11-21', 3, 1, 2)))).toEqual({
      name: 'Nov 21',
      parts: [3, 1, 2],
      value: 6,
    })
  })

  test('totals count each way in which jobs ended', () => {
    expect(totals([day('2026-11-20', 3, 1), day('2026-11-21', 2, 0, 4)])).toEqual({
      completed: 5,
      failed: 1,
      cancelled: 4,
    })
    expect(totals([])).toEqual({ completed: 0, failed: 0, cancelled: 0 })
  })

  test('it is empty only where nothing was ever done and nothing is on its way', () => {
    expect(untouched(nothing)).toBe(true)
    expect(untouched({ ...nothing, jobs_in_queue: 1 })).toBe(false)
    expect(untouched({ ...nothing, total_jobs_processed: 1 })).toBe(false)
    expect(untouched({ ...nothing, days: [day('2026-11-21', 0, 1)] })).toBe(false)
    expect(untouched({ ...nothing, days: [{ ...day('2026-11-21'), opened: 1 }] })).toBe(false)
  })
})
