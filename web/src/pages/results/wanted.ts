// The query in the address; invalid parts are ignored.
import { RESULT_SORTS, type ResultSort, type ResultsWanted } from '../../api/results'

export function wantedOf(params: URLSearchParams): ResultsWanted {
  const least = Number(params.get('least'))
  const sort = params.get('sort') as ResultSort | null
  return {
    pipeline: params.get('pipeline') ?? '',
    job: params.get('job') ?? '',
    least: least > 0 && least <= 100 ? Math.round(least) : 0,
    sort: sort && RESULT_SORTS.includes(sort) ? sort : 'newest',
  }
}
