import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { fingerprint, partitionOf } from './fingerprint'

function lanes(source: string, id: string, seedLo = 1, seedHi = 2): string {
  return [...fingerprint(source, id, seedLo, seedHi)].join(':')
}

describe('fingerprint', () => {
  it('tells identities apart wherever their text is cut', () => {
    const cuts = Array.from({ length: 13 }, (_, at) =>
      lanes('abcdefabcdef'.slice(0, at), 'abcdefabcdef'.slice(at)),
    )
    expect(new Set(cuts).size).toBe(13)
    expect(lanes('', '\0')).not.toBe(lanes('\0', ''))
  })

  it('does not depend on what was asked before', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.constantFrom('s', 't', 'é'), fc.string()), { minLength: 1 }),
        (identities) => {
          const once = identities.map(([source, id]) => lanes(source, id))
          const again = [...identities].reverse().map(([source, id]) => lanes(source, id))
          expect(again.reverse()).toEqual(once)
        },
      ),
    )
  })

  it('depends on every half of the key', () => {
    const keys: [number, number][] = [
      [1, 2],
      [1, 3],
      [2, 2],
      [0, 0],
      [-1, 2],
    ]
    expect(new Set(keys.map(([lo, hi]) => lanes('s', 'id', lo, hi))).size).toBe(keys.length)
  })

  it('has 64 bits that half of all ids set each, and no collision among 200,000', () => {
    const n = 200_000
    const set = new Set<string>()
    const ones = new Array<number>(64).fill(0)
    for (let i = 0; i < n; i++) {
      const [hi = 0, lo = 0] = fingerprint('urn:source', `id-${i}`, 11, 12)
      set.add(`${hi}:${lo}`)
      for (let bit = 0; bit < 32; bit++) {
        ones[bit] = (ones[bit] ?? 0) + ((lo >>> bit) & 1)
        ones[bit + 32] = (ones[bit + 32] ?? 0) + ((hi >>> bit) & 1)
      }
    }
    expect(set.size).toBe(n)
    for (const count of ones) expect(Math.abs(count / n - 0.5)).toBeLessThan(0.006)
  })

  it('keeps an identity in its partition for ever', () => {
    expect(partitionOf('s', 'id', 1)).toBe(0)
    expect([1, 2, 3, 4, 5].map((n) => partitionOf('urn:é', `id-${n}`, 4))).toEqual([2, 0, 2, 1, 3])
  })
})
