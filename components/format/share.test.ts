import fc from 'fast-check'
import { expect, test } from 'vitest'
import { formatShare } from './share'

test('a share keeps two digits of what is missing to the whole', () => {
  expect([0.9973, 0.99184, 0.99874, 0.999, 0.99, 0.5, 1, 0].map(formatShare)).toEqual([
    '99.73',
    '99.18',
    '99.87',
    '99.9',
    '99',
    '50',
    '100',
    '0',
  ])
})

test('what is less than the whole never reads 100', () => {
  fc.assert(
    fc.property(fc.double({ min: 0, max: 1 - 1e-9, noNaN: true }), (share) => {
      expect(Number(formatShare(share))).toBeLessThan(100)
      expect(Number(formatShare(share))).toBeLessThanOrEqual(share * 100 + 1e-5)
    }),
  )
})
