import fc from 'fast-check'
import { expect, it } from 'vitest'
import { jsonDepth } from './json-depth'

function plainDepth(value: unknown): number {
  if (typeof value !== 'object' || value === null) return 0
  return 1 + Math.max(0, ...Object.values(value).map(plainDepth))
}

it('is what a plain walk over the parsed value finds', () => {
  fc.assert(
    fc.property(fc.json({ maxDepth: 8 }), (text) => {
      expect(jsonDepth(text, 100)).toBe(plainDepth(JSON.parse(text)))
    }),
  )
})

it('stops looking one level beyond the limit', () => {
  expect(jsonDepth('['.repeat(1_000_000), 64)).toBe(65)
})

it('takes brackets and quotes in text for text', () => {
  expect(jsonDepth(String.raw`{"a[[{": "]]\"[[", "b": ["\\"]}`, 64)).toBe(2)
})
