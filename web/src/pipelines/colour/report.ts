// The pipeline's report about one picture, as far as the page shows it.

export interface Patch {
  index: number
  name: string
  /** CIELAB, D50. */
  reference_lab: Lab
  before_lab: Lab
  after_lab: Lab
  delta_e_2000_before: number
  delta_e_2000: number
  leave_one_out: number | null
  /** Why it was left out of the fit. */
  left_out: string | null
}

export type Lab = [number, number, number]

export interface PictureReport {
  file: string
  operation: string
  success: boolean
  reason: { code: string; message: string } | null
  /** In pixels of the upright picture. */
  picture: { width?: number; height?: number }
  cards: { card: string; corners: [number, number][]; used: boolean }[]
  /** The middles of the patches, in pixels of the upright picture. */
  patch_places: [number, number][] | null
  fit: {
    card: string
    model: string
    summary: {
      overall_delta_e: number
      max_delta_e: number
      median_delta_e: number
      threshold_delta_e: number
      patches_above_threshold: number
      patches_used: number
      delta_e_before: { mean: number; max: number }
      leave_one_out_delta_e: number | null
      quality_rating: string | null
      quality_score: number | null
      fadgi: { stars: number; label: string; guideline: string }
    }
    patches: Patch[]
  } | null
  target: string
  warnings: { code: string; message: string }[]
}

/** The colour as a screen shows it; a browser clips colours out of the screen's range. */
export const cssOf = ([l, a, b]: Lab): string => `lab(${l}% ${a} ${b})`

/** The outcome of a patch: left out of the fit, above the job's threshold, or within it. */
export const toneOf = (patch: Patch, threshold: number): 'out' | 'over' | 'within' =>
  patch.left_out ? 'out' : patch.delta_e_2000 > threshold ? 'over' : 'within'

/** Half the smallest distance of two patches: the largest radius of a mark that doesn't overlap another. */
export function markRadius(places: readonly (readonly [number, number])[]): number {
  let least = Number.POSITIVE_INFINITY
  for (const [n, [x, y]] of places.entries())
    for (const [u, v] of places.slice(n + 1)) least = Math.min(least, Math.hypot(x - u, y - v))
  return Number.isFinite(least) ? least * 0.4 : 20
}

export type Point = readonly [number, number]

/** Faults that corners set by hand may mend. */
export const MENDED = new Set(['no_card', 'cut_off', 'one_marker', 'corners_off', 'card_disagrees'])

/** The handles' initial places: on the presumed card, else around the middle. */
export function cornersAtFirst({ cards, picture: { width = 0, height = 0 } }: PictureReport): Point[] {
  const found = cards.find(({ corners }) => corners.length === 4)?.corners
  if (found) return found.map((one) => kept(one, width, height))
  return [
    [0.25, 0.25],
    [0.75, 0.25],
    [0.75, 0.75],
    [0.25, 0.75],
  ].map(([x, y]) => [x! * width, y! * height] as const)
}

/** The nearest point of the picture. */
export const kept = ([x, y]: Point, width: number, height: number): Point => [
  Math.min(Math.max(Math.round(x), 0), width),
  Math.min(Math.max(Math.round(y), 0), height),
]

export const moved = ([x, y]: Point, [right, down]: Point, far: number): Point => [
  x + right * far,
  y + down * far,
]
