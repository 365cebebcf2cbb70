import { describe, expect, it } from 'vitest'
import { parseTarget, targetOf, writeTarget } from './explain-target'

describe('what is explained, in the URL', () => {
  it.each([
    [{ from: 1_700_000_000_000, to: null, key: 'ORD' }, '1700000000000~ORD'],
    [{ from: 0, to: null, key: '' }, '0~'],
    [{ from: 60_000, to: null, key: null }, '60000'],
    [{ from: -60_000, to: 0, key: 'a~b..c' }, '-60000..0~a~b..c'],
    [{ from: 1, to: 2, key: null }, '1..2'],
  ])('%j is %s, and comes back', (target, text) => {
    expect(writeTarget(target)).toBe(text)
    expect(parseTarget(text)).toEqual(target)
  })

  it.each(['', 'x', '~ORD', '1.5~a', '10..10', '10..5~a', '12345678901234567890'])(
    '%j is nothing to explain',
    (text) => {
      expect(parseTarget(text)).toBeNull()
    },
  )

  it('a point of one window is that window, a point of several is all of them', () => {
    expect(targetOf({ windowStart: 10, windowEnd: 20 }, 10, 'k')).toEqual({ from: 10, to: null, key: 'k' })
    expect(targetOf({ windowStart: 10, windowEnd: 40 }, 10, null)).toEqual({ from: 10, to: 40, key: null })
  })
})
