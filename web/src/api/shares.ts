// Shares: as their owner makes and revokes them, and as visitors without an account see them.
import { api } from './client'
import type {
  DownloadAnswer,
  NewShareAnswer,
  ShareAnswer,
  SharedAnswer,
  SharedPage,
  ShareRequest,
  SharesAnswer,
  UnlockAnswer,
} from './schema'

export const PER_PAGE = 60

export const makeShare = (body: Partial<ShareRequest>, key: string) =>
  api<NewShareAnswer>('/shares', { method: 'POST', body, key })

export const listShares = async (signal: AbortSignal): Promise<ShareAnswer[]> =>
  (await api<SharesAnswer>('/shares', { signal })).items

export const revokeShare = (id: string) => api<void>(`/shares/${id}`, { method: 'DELETE' })

/** A visitor's credentials: the secret in the address, and the pass for its password. */
export interface Visit {
  token: string
  pass: string
}

const at = ({ token }: Visit, more = '') => `/shared/${encodeURIComponent(token)}${more}`
const visiting = (visit: Visit) => ({ anonymous: true, pass: visit.pass })

export const readShared = (visit: Visit, signal: AbortSignal) =>
  api<SharedAnswer>(at(visit), { ...visiting(visit), signal })

export const sharedPage = (visit: Visit, page: number, signal: AbortSignal) =>
  api<SharedPage>(at(visit, `/files?per_page=${PER_PAGE}&page=${page}`), { ...visiting(visit), signal })

export const unlockShared = (visit: Visit, password: string) =>
  api<UnlockAnswer>(at(visit, '/unlock'), { method: 'POST', body: { password }, anonymous: true })

export const downloadShared = (visit: Visit, what: { file_id: string } | { zip: string }) =>
  api<DownloadAnswer>(at(visit, '/downloads'), { method: 'POST', body: what, ...visiting(visit) })
