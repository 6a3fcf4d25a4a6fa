import { useQuery } from '@tanstack/react-query'
import { useSignedIn } from '../ui/hooks'
import { api } from './client'
import type { AccountAnswer } from './schema'

/** The signed-in user; guests cause no request. */
export function useMe() {
  const signedIn = useSignedIn()
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api<AccountAnswer>('/auth/me', { signal }),
    enabled: signedIn,
    staleTime: 60_000,
  })
}

/** Whether these credentials may see and change the installation's settings. */
export function useAdmin(): boolean {
  const signedIn = useSignedIn()
  const me = useMe()
  return signedIn && Boolean(me.data?.scopes.includes('admin'))
}
