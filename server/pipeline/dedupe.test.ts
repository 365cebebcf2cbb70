import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { DedupeSet } from './dedupe'

const options = { horizonMs: 100, seedLo: 3, seedHi: 4 }

describe('DedupeSet', () => {
  it('[law 4] knows an identity while it occurred in this generation of log time or the one before', () => {
    const deliveries = fc.array(
      fc.record({
        id: fc.nat({ max: 20 }),
        stepMs: fc.oneof(fc.integer({ min: -40, max: 90 }), fc.integer({ min: 0, max: 350 })),
      }),
      {
        maxLength: 300,
      },
    )
    fc.assert(
      fc.property(deliveries, (log) => {
        const dedupe = new DedupeSet(options)
        const last = new Map<number, number>()
        let clock = 0
        let generation = -Infinity
        for (const { id, stepMs } of log) {
          clock += stepMs
          generation = Math.max(generation, Math.floor(clock / 100))
          const expected = (last.get(id) ?? -Infinity) >= generation - 1
          last.set(id, generation)
          expect(dedupe.meet('s', `${id}`, clock)).toBe(expected)
        }
      }),
    )
  })

  it('finds each of 200,000 identities again', () => {
    const dedupe = new DedupeSet({ ...options, horizonMs: 1e9 })
    let met = 0
    for (let i = 0; i < 200_000; i++) if (dedupe.meet('s', `${i}`, 5)) met++
    expect(met).toBe(0)
    for (let i = 0; i < 200_000; i++) if (dedupe.meet('s', `${i}`, 5)) met++
    expect(met).toBe(200_000)
    expect(dedupe.size).toBe(200_000)
  })

  it('[law 11] cuts a generation short at its limit and says so', () => {
    const dedupe = new DedupeSet({ ...options, horizonMs: 1e9, maxIdentities: 10 })
    for (let i = 0; i < 25; i++) dedupe.meet('s', `${i}`, 5)
    expect(dedupe.earlyRotations).toBe(2)
    expect(dedupe.size).toBe(15)
    expect(dedupe.meet('s', '24', 5)).toBe(true)
    expect(dedupe.meet('s', '9', 5)).toBe(false)
  })
})
