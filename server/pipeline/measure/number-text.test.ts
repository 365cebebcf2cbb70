import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { floatReference, floatSumReference, paddedReference, scaledReference } from '../reference-number'
import { addDecimals } from './float-sum'
import {
  divideRounded,
  plainText,
  roundFloat,
  scaledText,
  scaleNumber,
  scaleText,
  trimDecimal,
} from './number-text'

const doubles = fc.double({ noNaN: true, noDefaultInfinity: true })

describe('number text', () => {
  it('prints any double without an exponent and reads back as the same', () => {
    fc.assert(
      fc.property(doubles, (x) => {
        const text = plainText(x)
        expect(text).toMatch(/^-?[0-9]+(\.[0-9]+)?$/)
        expect(Number(text)).toBe(x === 0 ? 0 : x)
        expect(plainText(roundFloat(x))).toBe(floatReference(x))
      }),
    )
  })

  it('scales doubles as the decimals they print as, rounded half away from zero', () => {
    const cents = fc.integer({ min: -(10 ** 12), max: 10 ** 12 }).map((n) => n / 1000)
    fc.assert(
      fc.property(fc.oneof(doubles, cents), fc.constantFrom(0, 1, 2, 9, 18), (x, scale) => {
        const expected = scaledReference(String(x), scale)
        const size = expected < 0n ? -expected : expected
        const found = scaleNumber(x, scale)
        expect(found === null ? null : BigInt(found)).toBe(size < 10n ** 38n ? expected : null)
      }),
      { numRuns: 2000 },
    )
    expect(scaleNumber(1.005, 2)).toBe(101n)
    expect(scaleNumber(-2.5, 0)).toBe(-3n)
  })

  it('reads decimals from digits only, never through a double', () => {
    expect(scaleText('12345678901234567890.123456789', 9)).toBe(12345678901234567890123456789n)
    expect(scaleText('-0.0000000005', 9)).toBe(-1n)
    for (const text of ['', '1e3', '+1', '.5', '1.', ' 1', '1,5', '1'.repeat(65), '1'.repeat(39)]) {
      expect(scaleText(text, 0)).toBeNull()
    }
    expect(scaledText(-5n, 2)).toBe('-0.05')
    expect(trimDecimal('-0.00')).toBe('0')
    expect(trimDecimal('100')).toBe('100')
  })

  it('divides rounding half away from zero', () => {
    expect([5n, -5n, 4n, -4n, 7n].map((n) => divideRounded(n, 2n))).toEqual([3n, -3n, 2n, -2n, 4n])
  })

  it('adds decimal texts exactly', () => {
    // Twenty of these cannot overflow a double; what does is tested below.
    const summands = fc.double({ noNaN: true, min: -1e300, max: 1e300 })
    const texts = fc.array(fc.oneof(summands, fc.integer()).map(plainText), { minLength: 1, maxLength: 20 })
    fc.assert(
      fc.property(texts, (list) => {
        const total = list.reduce((sum, text) => sum + scaledReference(text, 400), 0n)
        expect(trimDecimal(list.reduce(addDecimals))).toBe(trimDecimal(paddedReference(total, 400)))
      }),
    )
    expect(floatSumReference([0.1, 0.2, -0.3])).toBe(0)
    expect(addDecimals('Infinity', '1')).toBe('Infinity')
    const largest = plainText(Number.MAX_VALUE)
    expect([largest, largest, '0'].reduce(addDecimals)).toBe('Infinity')
  })
})
