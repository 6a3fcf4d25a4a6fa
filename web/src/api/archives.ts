// Zips of chosen files: begun, watched until they are made, and handed to the browser.
import { api } from './client'
import type { ArchiveAnswer, ArchivePlan, ArchiveRequest } from './schema'

export const LAYOUTS = ['organised', 'original', 'flat'] as const
export type Layout = (typeof LAYOUTS)[number]

export const STRATEGIES = ['auto', 'fast', 'cheap'] as const
export type Strategy = (typeof STRATEGIES)[number]

export const MOST_CHOSEN = 40_000

export const beginArchive = (body: Partial<ArchiveRequest>, key: string) =>
  api<ArchiveAnswer>('/archives', { method: 'POST', body, key })

export const planArchive = (body: Partial<ArchiveRequest>, signal: AbortSignal) =>
  api<ArchivePlan>('/archives/estimate', { method: 'POST', body, signal })

export const readArchive = (id: string, signal: AbortSignal) =>
  api<ArchiveAnswer>(`/archives/${id}`, { signal, patient: true })

export const dropArchive = (id: string) => api<void>(`/archives/${id}`, { method: 'DELETE' })

export const over = (archive: ArchiveAnswer) => ['completed', 'failed', 'cancelled'].includes(archive.status)
