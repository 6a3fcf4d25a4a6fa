// The query in the address; invalid parts are ignored.
import type { SceneFilters } from '../../api/schema'

export const SORTS = [
  'created_date',
  'title',
  'scene_date',
  'rating100',
  'duration',
  'size',
  'last_synced',
] as const
export type SortBy = (typeof SORTS)[number]
export type Choice = '' | 'yes' | 'no'

export interface ScenesWanted {
  search: string
  studio: string
  performers: readonly string[]
  tags: readonly string[]
  exclude: readonly string[]
  organized: Choice
  analyzed: Choice
  absent: Choice
  active: Choice
  from: string
  to: string
  sortBy: SortBy
  descending: boolean
  page: number
  view: 'grid' | 'table'
}

/** The parameter of each filter in the address. */
export const FILTERS = {
  search: 'q',
  studio: 'studio',
  performers: 'performers',
  tags: 'tags',
  exclude: 'without',
  organized: 'organized',
  analyzed: 'analyzed',
  absent: 'absent',
  active: 'active',
  from: 'from',
  to: 'to',
} as const
export type Filter = keyof typeof FILTERS

const MOST_IDS = 100
const MOST_PAGES = 100_000
const ID = /^[^#\s,]{1,64}$/
export const PER_PAGE = 48

export function wantedOf(params: URLSearchParams): ScenesWanted {
  const list = (name: string) =>
    [...new Set((params.get(name) ?? '').split(',').filter((id) => ID.test(id)))].slice(0, MOST_IDS)
  const choice = (name: string): Choice => {
    const value = params.get(name)
    return value === 'yes' || value === 'no' ? value : ''
  }
  const sort = params.get('sort') ?? ''
  const by = sort.replace(/^-/, '') as SortBy
  const known = SORTS.includes(by)
  const page = Number(params.get('page') ?? 1)
  return {
    search: (params.get('q') ?? '').slice(0, 200),
    studio: list('studio')[0] ?? '',
    performers: list('performers'),
    tags: list('tags'),
    exclude: list('without'),
    organized: choice('organized'),
    analyzed: choice('analyzed'),
    absent: choice('absent'),
    active: choice('active'),
    from: day(params.get('from')),
    to: day(params.get('to')),
    sortBy: known ? by : 'created_date',
    descending: known ? sort.startsWith('-') : true,
    page: Number.isInteger(page) && page >= 1 && page <= MOST_PAGES ? page : 1,
    view: params.get('view') === 'table' ? 'table' : 'grid',
  }
}

/** A valid day, else undefined. */
function day(given: string | null): string {
  if (!given || !/^\d{4}-\d\d-\d\d$/.test(given)) return ''
  const at = new Date(`${given}T00:00:00Z`)
  return !Number.isNaN(at.getTime()) && at.toISOString().startsWith(given) ? given : ''
}

const meant = (choice: Choice): { value: boolean } | null => (choice ? { value: choice === 'yes' } : null)

/** The filters as the API takes them in a body. */
export function filtersOf(wanted: ScenesWanted): SceneFilters {
  const filters: SceneFilters = {}
  if (wanted.search.trim()) filters.search = wanted.search.trim()
  if (wanted.studio) filters.studio_id = wanted.studio
  if (wanted.performers.length) filters.performer_ids = [...wanted.performers]
  if (wanted.tags.length) filters.tag_ids = [...wanted.tags]
  if (wanted.exclude.length) filters.exclude_tag_ids = [...wanted.exclude]
  const flags = {
    organized: 'organized',
    analyzed: 'analyzed',
    absent: 'absent',
    active: 'has_active_jobs',
  } as const
  for (const [own, theirs] of Object.entries(flags) as [keyof typeof flags, 'organized'][]) {
    const flag = meant(wanted[own])
    if (flag) filters[theirs] = flag.value
  }
  if (wanted.from) filters.date_from = wanted.from
  if (wanted.to) filters.date_to = wanted.to
  return filters
}

/** The same, with order and page, as the API takes them in an address. */
export function queryOf(wanted: ScenesWanted): string {
  const query = new URLSearchParams()
  for (const [name, value] of Object.entries(filtersOf(wanted)))
    query.set(name, Array.isArray(value) ? value.join(',') : String(value))
  query.set('sort_by', wanted.sortBy)
  query.set('sort_order', wanted.descending ? 'desc' : 'asc')
  query.set('page', String(wanted.page))
  query.set('per_page', String(PER_PAGE))
  return query.toString()
}

/** The filters that are set, by their names. */
export const setOf = (wanted: ScenesWanted): Filter[] =>
  (Object.keys(FILTERS) as Filter[]).filter((name) => wanted[name].length > 0)

/** The address with changed parameters; empty ones are left out, and another query begins at its first page. */
export function changed(params: URLSearchParams, changes: Record<string, string>): URLSearchParams {
  const next = new URLSearchParams(params)
  if (Object.keys(changes).some((name) => name !== 'page' && name !== 'view')) next.delete('page')
  for (const [name, value] of Object.entries(changes)) {
    if (value) next.set(name, value)
    else next.delete(name)
  }
  return next
}

export const sortName = (by: SortBy, descending: boolean): string => `${descending ? '-' : ''}${by}`

/** The address of the scenes with this name. */
export const withName = (kind: 'performers' | 'tags' | 'studios', id: string): string =>
  `/scenes?${new URLSearchParams({ [kind === 'studios' ? 'studio' : kind]: id })}`
