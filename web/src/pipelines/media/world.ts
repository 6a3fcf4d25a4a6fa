// The outline of the world's land, from Natural Earth (public domain), drawn here: no third party is contacted.
import type land from 'world-atlas/land-110m.json'

/** The world is 1 wide and 0.5 high: degrees, evenly spaced. */
export const placed = ({ latitude, longitude }: { latitude: number; longitude: number }) => ({
  x: (longitude + 180) / 360,
  y: (90 - latitude) / 360,
})

/** An SVG path of a TopoJSON outline: its arcs are steps from point to point, shared and at times backwards. */
export function outline({ arcs, objects, transform }: typeof land): string {
  const [sx, sy] = transform.scale as [number, number]
  const [tx, ty] = transform.translate as [number, number]
  const lines = (arcs as number[][][]).map((arc) => {
    let [x, y] = [0, 0]
    return arc.map((step) => {
      x += step[0]!
      y += step[1]!
      const at = placed({ longitude: x * sx + tx, latitude: y * sy + ty })
      return `${at.x.toFixed(5)} ${at.y.toFixed(5)}`
    })
  })
  const polygons = objects.land.geometries.flatMap((one) => one.arcs as number[][][])
  return polygons
    .flat()
    .map((ring) => {
      const points = ring.flatMap((n, at) => {
        const line = n < 0 ? lines[~n]!.toReversed() : lines[n]!
        return at ? line.slice(1) : line
      })
      return `M${points.join('L')}Z`
    })
    .join('')
}

export interface Point {
  x: number
  y: number
  /** The file's place in the list. */
  place: number
}

export interface Cluster {
  x: number
  y: number
  members: Point[]
}

/** Points in one square of this side share a mark in their middle. */
export function clusters(points: readonly Point[], side: number): Cluster[] {
  const squares = new Map<string, Point[]>()
  for (const point of points) {
    const key = `${Math.floor(point.x / side)} ${Math.floor(point.y / side)}`
    const there = squares.get(key)
    if (there) there.push(point)
    else squares.set(key, [point])
  }
  return [...squares.values()].map((members) => ({
    x: members.reduce((sum, one) => sum + one.x, 0) / members.length,
    y: members.reduce((sum, one) => sum + one.y, 0) / members.length,
    members,
  }))
}

export interface View {
  /** The middle. */
  x: number
  y: number
  /** The width of the visible part. */
  width: number
}

export const NEAREST = 1 / 4096
/** Wide enough to show a coast or two for orientation. */
const AT_FIRST = 1 / 5

/** A view of all the points, with room around them. ratio: the window's width to its height. least: the smallest width,
 * for points close together. */
export function around(points: readonly Point[], ratio: number, least = AT_FIRST): View {
  if (!points.length) return { x: 0.5, y: 0.25, width: 1 }
  let [left, right, top, bottom] = [1, 0, 1, 0]
  for (const { x, y } of points) {
    left = Math.min(left, x)
    right = Math.max(right, x)
    top = Math.min(top, y)
    bottom = Math.max(bottom, y)
  }
  const width = Math.max(1.3 * (right - left), 1.3 * (bottom - top) * ratio, least)
  return { x: (left + right) / 2, y: (top + bottom) / 2, width: Math.min(1, width) }
}
