import { expect, test } from 'vitest'
import { segmentAt, segmentsOf, type ComparedVersion } from './divergence-segments'

const version = (id: number, from: number, to: number): ComparedVersion => ({
  id,
  from,
  to,
  published: true,
  watermark: to,
})

test('the newest comparison speaks for a stretch, what answers there is another matter', () => {
  const [old, rolledBack] = [version(1, 0, 100), version(2, 50, 80)]
  const segments = segmentsOf({ from: 0, to: 120 }, [old, rolledBack], [{ versionId: 1, from: 0, to: 100 }])
  expect(
    segments.map(({ from, to, comparedBy, active, cellsOf }) => [from, to, comparedBy?.id, active, cellsOf]),
  ).toEqual([
    [0, 50, 1, 1, 1],
    [50, 80, 2, 1, 1],
    [80, 100, 1, 1, 1],
    [100, 120, undefined, null, null],
  ])
})

test('a version in force that was never compared is no comparison', () => {
  const [only] = segmentsOf({ from: 0, to: 10 }, [], [{ versionId: 7, from: 0, to: 10 }])
  expect(only).toEqual({ from: 0, to: 10, comparedBy: null, active: 7, cellsOf: null })
})

test('a window finds its segment', () => {
  const segments = segmentsOf({ from: 0, to: 30 }, [version(1, 10, 20)], [])
  expect([0, 9, 10, 19, 20, 29].map((at) => segmentAt(segments, at)?.comparedBy?.id ?? null)).toEqual([
    null,
    null,
    1,
    1,
    null,
    null,
  ])
  expect(segmentAt([], 5)).toBeUndefined()
})
