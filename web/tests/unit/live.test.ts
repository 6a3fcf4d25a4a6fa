import { expect, test, vi } from 'vitest'
import type { Frame } from '../../src/api/live'

vi.stubGlobal('localStorage', { getItem: () => null, setItem: () => undefined, removeItem: () => undefined })

const { addressOf, isNews } = await import('../../src/api/live')
const { told } = await import('../../src/api/queries')

const frame = (at: string): Frame => ({
  type: 'job_update',
  job_id: 'a',
  final: false,
  at,
  details: { job_id: 'a', status: 'running', poll_after_seconds: 2 } as Frame['details'],
})

test('a frame that was overtaken on its way is no news', () => {
  const known = frame('2026-01-01T00:00:02.000000+00:00')
  expect(isNews(frame('2026-01-01T00:00:01.999999+00:00'), known)).toBe(false)
  expect(isNews(known, known)).toBe(false)
  expect(isNews(frame('2026-01-01T00:00:02.000001+00:00'), known)).toBe(true)
  expect(isNews(known, undefined)).toBe(true)
})

test('the socket is on the page’s own host where its address is a path, and safe where the page is', () => {
  expect(addressOf({ ticket: 't/1', url: '/live' }, 'https://a.example/jobs/1')).toBe(
    'wss://a.example/live?ticket=t%2F1',
  )
  expect(addressOf({ ticket: 't', url: 'ws://127.0.0.1:9/live' }, 'http://127.0.0.1:8000/')).toBe(
    'ws://127.0.0.1:9/live?ticket=t',
  )
})

test('what is told is asked for seldom, and what is not at the server’s pace', () => {
  expect(told(2, true)).toBe(30)
  expect(told(60, true)).toBe(60)
  expect(told(2, false)).toBe(2)
})
