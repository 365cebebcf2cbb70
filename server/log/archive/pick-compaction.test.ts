import fc from 'fast-check'
import { expect, test } from 'vitest'
import { compactionTargetRows, pickCompaction, type Mergeable } from './pick-compaction'

const segments = (...rows: number[]): Mergeable[] => rows.map((n) => ({ rows: n, bytes: n * 50 }))

test('few neighbours are left alone, eight small ones are merged', () => {
  expect(pickCompaction(segments(1, 1, 1, 1, 1, 1, 1))).toBeNull()
  expect(pickCompaction(segments(1, 1, 1, 1, 1, 1, 1, 1))).toEqual([0, 8])
})

test('small segments behind large ones are merged without rewriting the large ones', () => {
  const tail = Array.from({ length: 10 }, () => 100)
  expect(pickCompaction(segments(900_000, 400_000, ...tail))).toEqual([2, 12])
})

test('segments at the target are never rewritten', () => {
  expect(pickCompaction(segments(...Array.from({ length: 20 }, () => compactionTargetRows)))).toBeNull()
})

test('merging until nothing is left to merge ends, keeps every row and rewrites each a few times at most', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 200_000 }), { maxLength: 300 }), (rows) => {
      let now = segments(...rows)
      let rewritten = 0
      const total = rows.reduce((sum, n) => sum + n, 0)
      for (let round = 0; ; round++) {
        expect(round).toBeLessThan(1_000)
        const range = pickCompaction(now)
        if (!range) break
        const merged = now.slice(...range).reduce((sum, { rows: n }) => sum + n, 0)
        expect(merged).toBeLessThanOrEqual(compactionTargetRows)
        rewritten += merged
        now = [...now.slice(0, range[0]), { rows: merged, bytes: merged }, ...now.slice(range[1])]
      }
      expect(now.reduce((sum, { rows: n }) => sum + n, 0)).toBe(total)
      expect(rewritten).toBeLessThanOrEqual(total * 6)
    }),
  )
})
