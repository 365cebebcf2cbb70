import { expect, test } from 'vitest'
import { areaPath, linePath, nearest, runsOfPoints } from './line-path'

const scale = { x: (at: number) => at, y: (value: number) => 10 - value }
const points = [
  { at: 0, value: 1 },
  { at: 1, value: 2 },
  { at: 2, value: null },
  { at: 3, value: 4 },
]

test('a line ends at a gap and starts again after it', () => {
  expect(runsOfPoints(points).map((run) => run.length)).toEqual([2, 1])
  expect(linePath(points, scale)).toBe('M0.0,9.0L1.0,8.0M3.0,6.0')
})

test('an area stands on its base and leaves lonely points out', () => {
  expect(areaPath(points, scale, 0)).toBe('M0.0,9.0L1.0,8.0L1.0,10.0L0.0,10.0Z')
})

test('the cursor takes the nearest point', () => {
  expect(nearest(points, 2.6)?.at).toBe(3)
  expect(nearest([], 1)).toBeNull()
})
