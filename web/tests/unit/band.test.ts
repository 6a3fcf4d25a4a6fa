import { expect, test } from 'vitest'
import { touched } from '../../src/ui/useBand'

// Two rows of three tiles of 100 pixels, 10 apart; the second row isn't full.
const lines = [
  { top: 0, bottom: 120, start: 0, end: 3 },
  { top: 130, bottom: 250, start: 3, end: 5 },
]
const band = (left: number, top: number, right: number, bottom: number) =>
  touched(lines, 100, 10, { left, top, right, bottom })

test('a band selects the tiles that it touches, and none between which it lies', () => {
  expect(band(50, 50, 150, 60)).toEqual([0, 1])
  expect(band(101, 10, 109, 20)).toEqual([])
  expect(band(0, 121, 400, 129)).toEqual([])
  expect(band(115, 100, 400, 400)).toEqual([1, 2, 4])
  expect(band(-50, -50, 500, 500)).toEqual([0, 1, 2, 3, 4])
})
