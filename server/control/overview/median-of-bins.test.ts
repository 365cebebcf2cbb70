import fc from 'fast-check'
import { expect, it } from 'vitest'
import { medianOfBins } from './median-of-bins'

const edges = [0, 0.001, 0.01, 0.1, 1, Infinity]

it('of nothing there is no median', () => {
  expect(medianOfBins([], edges)).toBeNull()
  expect(medianOfBins([0, 0, 0], edges)).toBeNull()
})

it('the median lies in the bin of the plain median', () => {
  const values = fc.array(fc.double({ min: 1e-4, max: 5, noNaN: true }), { minLength: 1, maxLength: 50 })
  fc.assert(
    fc.property(values, (all) => {
      const bins = edges.map(() => 0)
      const binOf = (value: number) => edges.findIndex((edge) => value <= edge)
      for (const value of all) bins[binOf(value)] = (bins[binOf(value)] ?? 0) + 1
      const sorted = all.toSorted((a, b) => a - b)
      const plain = sorted[Math.ceil(sorted.length / 2) - 1] ?? NaN
      const median = medianOfBins(bins, edges) ?? NaN
      const bin = binOf(plain)
      expect(median).toBeGreaterThanOrEqual(edges[bin - 1] ?? 0)
      expect(median).toBeLessThanOrEqual(edges[bin] ?? 0)
    }),
  )
})
