import fc from 'fast-check'
import { expect, it } from 'vitest'
import { binOf, binUpper, countUpTo, quantileOf } from './bins'

it('puts a value into the bin whose edges it lies between, the upper one included', () => {
  fc.assert(
    fc.property(fc.double({ min: 1.0001, max: 1e12, noNaN: true }), (value) => {
      const bin = binOf(value)
      expect(value).toBeLessThanOrEqual(binUpper(bin))
      expect(value).toBeGreaterThan(binUpper(bin - 1))
    }),
  )
  for (const bin of [0, 1, 4, 33, 120]) expect(binOf(binUpper(bin))).toBe(bin)
  for (const low of [-3, 0, 0.5, 1]) expect(binOf(low)).toBe(0)
})

const binned = (values: readonly number[]) => {
  const bins = new Map<number, number>()
  for (const value of values) bins.set(binOf(value), (bins.get(binOf(value)) ?? 0) + 1)
  return bins
}

it('tells a quantile within the width of its bin', () => {
  const values = fc.array(fc.double({ min: 1.5, max: 1e6, noNaN: true }), { minLength: 1, maxLength: 200 })
  fc.assert(
    fc.property(values, fc.constantFrom(0.5, 0.95, 0.99), (drawn, q) => {
      const sorted = [...drawn].sort((a, b) => a - b)
      const exact = sorted[Math.ceil(q * sorted.length) - 1] ?? 0
      const told = quantileOf(binned(drawn), q, sorted.at(-1)) ?? 0
      expect(told / exact).toBeGreaterThan(2 ** -0.25 - 1e-9)
      expect(told / exact).toBeLessThan(2 ** 0.25 + 1e-9)
    }),
  )
  expect(quantileOf(new Map(), 0.5)).toBeNull()
})

it('counts what does not exceed the edge of a bin exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.double({ min: 0, max: 1e6, noNaN: true }), { maxLength: 200 }),
      fc.integer({ min: 0, max: 80 }),
      (values, bin) => {
        const exact = values.filter((value) => value <= binUpper(bin)).length
        expect(countUpTo(binned(values), binUpper(bin))).toBe(exact)
      },
    ),
  )
})
