// The query in the address; invalid parts are ignored.
import { KINDS, type Kind, LIBRARY_SORTS, type LibrarySort, type LibraryWanted } from '../../api/library'

export function wantedOf(params: URLSearchParams): LibraryWanted {
  const kind = params.get('type') as Kind | null
  const sort = params.get('sort') as LibrarySort | null
  return {
    kind: kind && KINDS.includes(kind) ? kind : '',
    search: params.get('q') ?? '',
    sort: sort && LIBRARY_SORTS.includes(sort) ? sort : 'newest',
  }
}
