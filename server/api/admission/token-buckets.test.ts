import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { askersLimit } from './limits'
import { TokenBuckets } from './token-buckets'

describe('TokenBuckets', () => {
  it('let a burst pass at once, then no more than the rate', () => {
    const buckets = new TokenBuckets({ perS: 10, burst: 5 })
    const taken = Array.from({ length: 8 }, () => buckets.tryTake('a', 1, 0))
    expect(taken).toEqual([0, 0, 0, 0, 0, 100, 100, 100])
    expect(buckets.tryTake('a', 1, 50)).toBe(50)
    expect(buckets.tryTake('a', 1, 100)).toBe(0)
    expect(buckets.tryTake('a', 1, 100)).toBe(100)
  })

  it('make an asker wait for what was taken beyond', () => {
    const buckets = new TokenBuckets({ perS: 1_000, burst: 100 })
    expect(buckets.tryTake('a', 5_100, 0)).toBe(0)
    expect(buckets.waitMs('a', 0)).toBe(5_001)
    expect(buckets.waitMs('a', 5_001)).toBe(0)
  })

  it('take nothing from anybody else', () => {
    const buckets = new TokenBuckets({ perS: 1, burst: 1 })
    buckets.take('a', 1_000, 0)
    expect(buckets.waitMs('b', 0)).toBe(0)
  })

  it('are not emptied by a clock that is set back', () => {
    const buckets = new TokenBuckets({ perS: 1, burst: 2 })
    buckets.take('a', 1, 10_000)
    expect(buckets.waitMs('a', 0)).toBe(0)
  })

  it('[law 11] remember a bounded number of askers', () => {
    const buckets = new TokenBuckets({ perS: 1, burst: 2 })
    for (let i = 0; i < askersLimit + 500; i++) buckets.take(`asker-${i}`, 1, 0)
    expect(buckets.size).toBe(askersLimit)
  })

  it('never admit more than burst and rate allow, whatever the times', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 0, max: 400 }), { maxLength: 200 }), (pauses) => {
        const buckets = new TokenBuckets({ perS: 20, burst: 7 })
        let now = 0
        let admitted = 0
        for (const pause of pauses) {
          now += pause
          if (buckets.tryTake('a', 1, now) === 0) admitted++
        }
        expect(admitted).toBeLessThanOrEqual(7 + (now / 1_000) * 20 + 1e-3)
      }),
    )
  })
})
