import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { referenceQuantile } from '../reference'
import { ALPHA, DDSketch } from './ddsketch'
import { decodeSketches, encodeSketches } from './sketches'

const layout = [{ kind: 'quantile' as const, measure: 0, slot: 0 }]

function sketchOf(values: number[]): DDSketch {
  const sketch = new DDSketch()
  for (const value of values) sketch.add(value)
  return sketch
}

function hex(sketch: DDSketch): string {
  return Buffer.from(encodeSketches([sketch]) ?? []).toString('hex')
}

const values = fc.array(
  fc.oneof(fc.integer({ min: -1000, max: 1000 }), fc.double({ min: -1e9, max: 1e9, noNaN: true })),
  { minLength: 1, maxLength: 300 },
)
const anyQ = fc.constantFrom(0.001, 0.25, 0.5, 0.9, 0.95, 0.999)

describe('DDSketch', () => {
  it('[law 4] is within its relative accuracy of the value at the nearest rank', () => {
    fc.assert(
      fc.property(values, anyQ, (list, q) => {
        const ranked = list.filter((value) => value === 0 || Math.abs(value) > 1e-6)
        fc.pre(ranked.length > 0)
        const exact = referenceQuantile(ranked, q) ?? NaN
        const estimate = sketchOf(ranked).quantile(q) ?? NaN
        expect(Math.abs(estimate - exact)).toBeLessThanOrEqual(Math.abs(exact) * (ALPHA + 1e-9))
      }),
    )
  })

  it('answers null for no values', () => {
    expect(new DDSketch().quantile(0.5)).toBeNull()
  })

  it('[law 5] merges to the bytes of all values together, in any order and any split', () => {
    const wide = fc.array(fc.array(fc.double({ noNaN: true, noDefaultInfinity: true }), { maxLength: 300 }), {
      maxLength: 5,
    })
    fc.assert(
      fc.property(fc.oneof(fc.array(values, { maxLength: 5 }), wide), (parts) => {
        const merged = new DDSketch()
        for (const part of [...parts].reverse()) {
          const [read] = decodeSketches(layout, encodeSketches([sketchOf(part)]))
          merged.merge(read as DDSketch)
        }
        expect(hex(merged)).toBe(hex(sketchOf(parts.flat())))
        expect(merged.count).toBe(parts.flat().length)
      }),
    )
  })

  it('[law 11] keeps 2,048 buckets a sign, whatever the range of the values', () => {
    const values = Array.from({ length: 60_000 }, (_, i) => 10 ** ((i - 30_000) / 100))
    const sketch = sketchOf(values)
    expect(encodeSketches([sketch])?.length).toBeLessThan(2048 * 7)
    expect(sketch.count).toBe(60_000)
  })
})
