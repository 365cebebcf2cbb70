import fc from 'fast-check'
import { expect, it } from 'vitest'
import { add, compare, isZero, negate, plain, size, subtract } from './decimal'

it('adds and subtracts exactly, whatever the notation', () => {
  expect(add('0.1', '0.2')).toBe('0.3')
  expect(subtract('1e21', '1')).toBe('999999999999999999999')
  expect(subtract('1.50', '1.5')).toBe('0')
  expect(add('-2.5e-7', '1')).toBe('0.99999975')
  expect(plain('1.20E+3')).toBe('1200')
  expect([negate('-3.10'), size('-3'), isZero('-0.000'), compare('2', '10')]).toEqual(['3.1', '3', true, -1])
})

it('agrees with whole numbers', () => {
  fc.assert(
    fc.property(fc.maxSafeInteger(), fc.maxSafeInteger(), (a, b) => {
      expect(BigInt(subtract(String(a), String(b)))).toBe(BigInt(a) - BigInt(b))
      expect(compare(String(a), String(b))).toBe(Math.sign(a - b) + 0)
    }),
  )
})
