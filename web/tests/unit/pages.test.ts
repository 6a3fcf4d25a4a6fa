import { describe, expect, test } from 'vitest'
import { resultsQuery } from '../../src/api/results'
import type { AuditEntryAnswer } from '../../src/api/schema'
import type { Setting } from '../../src/api/settings'
import { humanised } from '../../src/i18n/humanised'
import { byDay, detailsOf, text } from '../../src/pages/audit/entries'
import { drawn } from '../../src/pages/results/drawn'
import { wantedOf } from '../../src/pages/results/wanted'
import { groupOf, meant, read, unitOf, written } from '../../src/pages/settings/values'

describe('results', () => {
  test('what is asked for goes to the API in its words, and nonsense is left out', () => {
    const asked = wantedOf(new URLSearchParams('pipeline=media&job=j&least=75&sort=worst'))
    expect(resultsQuery(asked)).toBe(
      'sort_by=quality_score&sort_order=asc&per_page=50&pipeline=media&job_id=j&min_quality=0.75',
    )
    expect(resultsQuery(wantedOf(new URLSearchParams('least=900&sort=red')))).toBe(
      'sort_by=created_at&sort_order=desc&per_page=50',
    )
  })

  test('metadata of any shape is drawn as what it is', () => {
    expect(drawn(3)).toEqual({ as: 'text', value: 3 })
    expect(drawn(['a', 2, null])).toEqual({ as: 'text', value: 'a, 2, –' })
    expect(drawn({ high: 5, low: 0 })).toEqual({
      as: 'bars',
      bars: [
        ['high', 5],
        ['low', 0],
      ],
    })
    expect(drawn([{ region: 'femur', dice: 0.9 }, { region: 'shell' }])).toEqual({
      as: 'table',
      columns: ['region', 'dice'],
      rows: [
        ['femur', 0.9],
        ['shell', null],
      ],
    })
    expect(drawn({ size: -1, unit: 'mm' })).toEqual({
      as: 'table',
      columns: ['size', 'unit'],
      rows: [[-1, 'mm']],
    })
    expect(drawn({ deep: { deeper: [] } }).as).toBe('json')
    expect(drawn({}).as).toBe('json')
    expect(humanised('exact_duplicates')).toBe('Exact duplicates')
  })
})

const setting = (more: Partial<Setting>): Setting => ({
  name: 'guest_seconds',
  value: 600,
  source: 'default',
  secret: false,
  changeable: true,
  least: 600,
  most: 86_400,
  ...more,
})

describe('settings', () => {
  test('numbers are told in the units that they were meant in', () => {
    expect(meant(30 * 86_400, 'seconds', 'en')).toBe('30 days')
    expect(meant(90 * 60, 'seconds', 'en')).toBe('1 hour 30 minutes')
    expect(meant(0, 'seconds', 'en')).toBe('0 seconds')
    expect(meant(64 * 1024 ** 2, 'bytes', 'en')).toBe('64 MiB')
    expect(meant(1024 ** 4, 'bytes', 'de')).toBe('1 TiB')
    expect(meant(1.5 * 1024 ** 3, 'bytes', 'de')).toBe('1,5 GiB')
    expect(meant(1025, 'bytes', 'en')).toBe('1,025')
    expect(meant(100_000, 'count', 'de')).toBe('100.000')
  })

  test('each has its place and unit by its name, a new one too', () => {
    expect(groupOf('token_seconds')).toBe('sessions')
    expect(groupOf('limit_of_tomorrow')).toBe('limits')
    expect(groupOf('cors_origins')).toBe('access')
    expect(groupOf('something_new')).toBe('deployment')
    expect(unitOf('limit_upload_patience')).toBe('seconds')
    expect(unitOf('limit_stored_bytes')).toBe('bytes')
    expect(unitOf('limit_active_jobs')).toBe('count')
  })

  test('what is written is sent as what it is, and what is no number as it stands, for the API to refuse', () => {
    expect(read(setting({}), ' 900 ')).toBe(900)
    expect(read(setting({}), '15 min')).toBe('15 min')
    expect(read(setting({}), '')).toBe('')
    expect(read(setting({ least: null, most: null, value: 'drop' }), '42')).toBe('42')
    const origins = setting({ least: null, most: null, value: ['https://a.example'] })
    expect(read(origins, 'https://a.example\n\n https://b.example, ')).toEqual([
      'https://a.example',
      'https://b.example',
    ])
    expect(written(['a', 'b'])).toBe('a\nb')
    expect(written(null)).toBe('')
  })
})

describe('the audit', () => {
  test('tells changes apart from what was just said', () => {
    expect(detailsOf({ guest_seconds: { before: 1, after: 2 }, name: 'scanner' })).toEqual([
      { name: 'guest_seconds', before: 1, after: 2 },
      { name: 'name', after: 'scanner' },
    ])
    expect(detailsOf({ before: 'user', after: 'admin' })).toEqual([
      { name: '', before: 'user', after: 'admin' },
    ])
    expect([text(null), text([]), text(['a', 'b']), text({ a: 1 })]).toEqual(['–', '–', 'a, b', '{"a":1}'])
  })

  test('is told by the reader’s days, in the order given', () => {
    const entry = (id: string, day: number): AuditEntryAnswer => ({
      id,
      at: new Date(2026, 0, day, 12).toISOString(),
      actor_id: 'u',
      action: 'key.created',
      target: 'k',
      details: {},
    })
    const days = byDay([entry('c', 2), entry('b', 2), entry('a', 1)])
    expect(days.map((day) => day.entries.map((one) => one.id))).toEqual([['c', 'b'], ['a']])
  })
})
