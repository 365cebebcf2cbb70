import fc from 'fast-check'
import { expect, it } from 'vitest'
import { lookFrom, nothingSeen, unseen } from './seen'

it('counts each row once, however late within minutes it becomes visible', () => {
  const row = fc.record({
    at: fc.integer({ min: 1, max: 3_600_000 }),
    delay: fc.integer({ min: 0, max: 250_000 }),
  })
  fc.assert(
    fc.property(fc.array(row, { maxLength: 60 }), (drawn) => {
      const rows = drawn.map((one, id) => ({ id: String(id), ...one }))
      let seen = nothingSeen
      const counted: string[] = []
      for (let now = 0; now <= 4_000_000; now += 20_000) {
        const visible = rows.filter(({ at, delay }) => at + delay <= now && at >= lookFrom(seen))
        const next = unseen(seen, visible)
        counted.push(...next.fresh.map(({ id }) => id))
        seen = next.seen
      }
      expect(counted.map(Number).sort((a, b) => a - b)).toEqual(rows.map((_row, id) => id))
    }),
  )
})
