import { expect, test } from 'vitest'
import { Random } from './random'

const drawn = (seed: number, count: number) => {
  const random = new Random(seed)
  return Array.from({ length: count }, () => random.next())
}

test('a seed gives the numbers it always gave: those written down in reports and tests still find what they found', () => {
  expect(drawn(1, 3)).toEqual([0.6270739405881613, 0.002735721180215478, 0.5274470399599522])
  expect(drawn(2, 3)).toEqual([0.7342509443406016, 0.32499843230471015, 0.28529605525545776])
})

test('numbers are spread evenly below a bound, and a chance is as likely as its share', () => {
  const random = new Random(7)
  const counts = [0, 0, 0, 0, 0]
  let hits = 0
  for (let i = 0; i < 10_000; i++) {
    const n = random.below(5)
    counts[n] = (counts[n] ?? 0) + 1
    if (random.chance(0.2)) hits++
  }
  expect(counts).toHaveLength(5)
  for (const n of [...counts, hits]) expect(Math.abs(n - 2_000)).toBeLessThan(200)
})

test('a pick is one of those given, each in its turn', () => {
  const random = new Random(3)
  const picks = new Set(Array.from({ length: 100 }, () => random.pick(['a', 'b', 'c'])))
  expect([...picks].sort()).toEqual(['a', 'b', 'c'])
})
