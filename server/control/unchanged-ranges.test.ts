import { expect, test } from 'vitest'
import { unchangedRanges } from './unchanged-ranges'

const entry = (from: number, to: number, versionId: number) => ({ from, to, versionId })

test('what another publication has replaced since is left out, wherever the pieces were cut', () => {
  const then = [entry(0, 100, 1)]
  const now = [entry(0, 40, 1), entry(40, 60, 2), entry(60, 100, 1)]
  expect(unchangedRanges(then, now, [{ from: 10, to: 90 }])).toEqual([
    { from: 10, to: 40 },
    { from: 60, to: 90 },
  ])
})

test('a stretch that no version answered for then, and none does now, is the same', () => {
  expect(unchangedRanges([], [entry(50, 60, 3)], [{ from: 0, to: 60 }])).toEqual([{ from: 0, to: 50 }])
})
