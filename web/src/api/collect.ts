// Collecting other people's files: requested by a share's owner, given by people without an account.
import { api } from './client'
import type { GiveAnswer, GivenAnswer, NewFile } from './schema'
import type { Visit } from './shares'

export const MOST_AT_ONCE = 90
/** The most files of one request for the state of a gift. */
const LOOKED_AT = 100

export const baseOf = ({ token }: Visit) => `/shared/${encodeURIComponent(token)}`
export const askedWith = ({ pass }: Visit, gift: string) => ({ anonymous: true, pass, gift })

export const giveFiles = (
  visit: Visit,
  gift: string,
  body: { files: Partial<NewFile>[]; giver?: string },
  key: string,
) =>
  api<GiveAnswer>(`${baseOf(visit)}/files`, {
    ...askedWith(visit, gift),
    method: 'POST',
    body,
    key,
    patient: true,
  })

export async function given(visit: Visit, gift: string, ids: readonly string[], signal?: AbortSignal) {
  const found: GivenAnswer['items'] = []
  for (let start = 0; start < ids.length; start += LOOKED_AT) {
    const some = ids.slice(start, start + LOOKED_AT).join(',')
    const page = await api<GivenAnswer>(`${baseOf(visit)}/given?file_ids=${some}`, {
      ...askedWith(visit, gift),
      signal,
    })
    found.push(...page.items)
  }
  return found
}
