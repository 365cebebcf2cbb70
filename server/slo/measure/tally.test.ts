import fc from 'fast-check'
import { expect, it } from 'vitest'
import { Tally } from './tally'

const slot = { pipeline: 'p', indicator: 'latency' as const, minute: 0, traffic: 'real' as const }

it('counts what is at the threshold as good and what is beyond as not, exactly', () => {
  fc.assert(
    fc.property(
      fc.array(fc.tuple(fc.integer({ min: 0, max: 600 }), fc.integer({ min: 1, max: 9 })), { minLength: 1 }),
      (values) => {
        const tally = new Tally(() => [300, 299.5])
        for (const [value, weight] of values) tally.add({ ...slot, value, weight })
        const [taken] = tally.take()
        const sum = (keep: (value: number) => boolean) =>
          values.reduce((total, [value, weight]) => total + (keep(value) ? weight : 0), 0)
        expect(taken?.slis).toEqual([
          { threshold: 300, good: sum((value) => value <= 300), total: sum(() => true) },
          { threshold: 299.5, good: sum((value) => value < 300), total: sum(() => true) },
        ])
        expect(taken?.count).toBe(sum(() => true))
        expect(taken?.max).toBe(Math.max(...values.map(([value]) => value)))
      },
    ),
  )
})

it('gives what changed once, whole, and again when it could not be written', () => {
  const tally = new Tally(() => [])
  tally.add({ ...slot, value: 1, weight: 1 })
  const taken = tally.take()
  expect(tally.take()).toEqual([])
  tally.putBack(taken)
  tally.add({ ...slot, value: 1, weight: 2 })
  expect(tally.take()).toMatchObject([{ count: 3 }])
  tally.forgetBefore(1)
  expect(tally.size).toBe(0)
})

it('drops and counts values beyond its slots [law 11]', () => {
  const tally = new Tally(() => [], 1)
  tally.add({ ...slot, value: 1, weight: 1 })
  tally.add({ ...slot, pipeline: 'q', value: 1, weight: 4 })
  expect([tally.size, tally.dropped]).toEqual([1, 4])
})

it('ignores what is no number', () => {
  const tally = new Tally(() => [])
  tally.add({ ...slot, value: Number.NaN, weight: 1 })
  tally.add({ ...slot, value: Infinity, weight: 1 })
  tally.add({ ...slot, value: 1, weight: 0 })
  expect(tally.take()).toEqual([])
})
