import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { distinctEntry } from './distinct-hash'
import { HyperLogLog, SPARSE_ENTRIES } from './hyperloglog'
import { decodeSketches, encodeSketches } from './sketches'

const layout = [{ kind: 'distinct' as const, measure: 0, slot: 0 }]

function sketchOf(texts: string[]): HyperLogLog {
  const sketch = new HyperLogLog()
  for (const text of texts) sketch.add(distinctEntry(text))
  return sketch
}

function hex(sketch: HyperLogLog): string {
  return Buffer.from(encodeSketches([sketch]) ?? []).toString('hex')
}

function valuesUpTo(n: number): string[] {
  return Array.from({ length: n }, (_, i) => `value ${i}`)
}

describe('HyperLogLog', () => {
  it('counts few values exactly', () => {
    for (const n of [0, 1, 2, 100, SPARSE_ENTRIES]) {
      expect(sketchOf([...valuesUpTo(n), ...valuesUpTo(n)]).estimate()).toBe(n)
    }
  })

  it('is within three standard errors of many', () => {
    for (const n of [SPARSE_ENTRIES + 1, 1000, 5000, 20_000, 200_000]) {
      const error = Math.abs(sketchOf(valuesUpTo(n)).estimate() - n) / n
      expect(error).toBeLessThan((3 * 1.04) / 64)
    }
  })

  it('[law 5] merges to the bytes of all values together, in any order and any split', () => {
    const texts = fc.array(fc.array(fc.integer({ min: 0, max: 1500 }).map(String), { maxLength: 700 }), {
      minLength: 1,
      maxLength: 5,
    })
    fc.assert(
      fc.property(texts, (parts) => {
        const merged = new HyperLogLog()
        for (const part of [...parts].reverse()) {
          const [read] = decodeSketches(layout, encodeSketches([sketchOf(part)]))
          merged.merge(read as HyperLogLog)
        }
        expect(hex(merged)).toBe(hex(sketchOf(parts.flat())))
      }),
      { numRuns: 50 },
    )
  })
})
