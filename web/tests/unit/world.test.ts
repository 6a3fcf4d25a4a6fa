import { describe, expect, test } from 'vitest'
import land from 'world-atlas/land-110m.json'
import { around, clusters, outline, placed } from '../../src/pipelines/media/world'

describe('the outline of the world', () => {
  const rings = outline(land).split('Z').filter(Boolean)
  const points = rings.map((ring) =>
    ring
      .slice(1)
      .split('L')
      .map((pair) => pair.split(' ').map(Number) as [number, number]),
  )

  /** Whether a place lies within an odd number of rings. */
  const isLand = (latitude: number, longitude: number) => {
    const { x, y } = placed({ latitude, longitude })
    let inside = false
    for (const ring of points)
      ring.forEach(([ax, ay], n) => {
        const [bx, by] = ring[(n + 1) % ring.length]!
        if (ay > y !== by > y && x < ((bx - ax) * (y - ay)) / (by - ay) + ax) inside = !inside
      })
    return inside
  }

  test('every ring ends where it begins', () => {
    expect(rings.length).toBeGreaterThan(100)
    for (const ring of points) expect(ring.at(-1)).toEqual(ring[0])
  })

  test.each([
    ['Berlin', 52.5, 13.4, true],
    ['Chicago', 41.8, -88, true],
    ['Alice Springs', -23.7, 133.9, true],
    ['Manaus', -3.1, -60, true],
    ['the Atlantic', 30, -40, false],
    ['the Pacific', 0, -140, false],
    ['the Indian Ocean', -30, 80, false],
  ])('%s is where it is', (_, latitude, longitude, there) => {
    expect(isLand(latitude, longitude)).toBe(there)
  })
})

describe('photos on the map', () => {
  const at = (latitude: number, longitude: number, place: number) => ({
    ...placed({ latitude, longitude }),
    place,
  })
  const points = [at(52.5, 13.4, 0), at(52.51, 13.41, 1), at(-33.9, 151.2, 2)]

  test('those close together are one mark until one looks nearer, and none is lost', () => {
    const far = clusters(points, 0.05)
    expect(far.map(({ members }) => members.length).sort()).toEqual([1, 2])
    expect(clusters(points, 0.000001)).toHaveLength(3)
    for (const side of [1, 0.05, 0.001])
      expect(clusters(points, side).flatMap(({ members }) => members)).toHaveLength(3)
  })

  test('all of them are in sight at first, whatever the shape of the window', () => {
    for (const ratio of [0.5, 1, 2.5]) {
      const view = around(points, ratio)
      for (const { x, y } of points.slice(0, 2)) {
        expect(Math.abs(x - view.x)).toBeLessThanOrEqual(view.width / 2)
        expect(Math.abs(y - view.y)).toBeLessThanOrEqual(view.width / ratio / 2)
      }
    }
    expect(around([], 2)).toEqual({ x: 0.5, y: 0.25, width: 1 })
  })
})
