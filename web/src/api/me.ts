import { useQuery } from '@tanstack/react-query'
import { useSignedIn } from '../ui/hooks'
import { api } from './client'
import type { AccountAnswer } from './schema'

/** Who is signed in; nobody is asked about for guests. */
export function useMe() {
  const signedIn = useSignedIn()
  return useQuery({
    queryKey: ['me'],
    queryFn: ({ signal }) => api<AccountAnswer>('/auth/me', { signal }),
    enabled: signedIn,
    staleTime: 60_000,
  })
}

/** Whether these credentials may see and change what belongs to the installation. */
export function useAdmin(): boolean {
  const signedIn = useSignedIn()
  const me = useMe()
  return signedIn && Boolean(me.data?.scopes.includes('admin'))
}
