import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { splitExact } from './split-exact'
import { minuteMs, ofType, typeOf, UsageBook, type UsagePlace } from './usage-book'

const sum = (values: readonly number[]) => values.reduce((all, value) => all + value, 0)

describe('splitting a whole number by weight', () => {
  it('loses nothing and is within 1 of each share', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 0, max: 1e12 }),
        fc.array(fc.integer({ min: 0, max: 1e6 }), { minLength: 1, maxLength: 50 }),
        (total, weights) => {
          const parts = splitExact(total, weights)
          expect(sum(parts)).toBe(total)
          const all = sum(weights)
          if (all === 0) return
          for (const [i, part] of parts.entries())
            expect(Math.abs(part - (total * (weights[i] ?? 0)) / all)).toBeLessThanOrEqual(1)
        },
      ),
    )
  })

  it('gives nothing to what has no weight', () => {
    expect(splitExact(10, [0, 3, 0, 1, 0])).toEqual([0, 8, 0, 2, 0])
  })

  it('gives all of it to the last where nothing has weight', () => {
    expect(splitExact(7, [0, 0])).toEqual([0, 7])
    expect(splitExact(7, [])).toEqual([])
  })
})

const own: UsagePlace = { layer: 'shared', pipeline: '' }
const a: UsagePlace = { layer: 'batch', pipeline: 'a' }
const b: UsagePlace = { layer: 'reconcile', pipeline: 'b' }
const cpuOf = (book: UsageBook) =>
  Object.fromEntries(book.rows().map((row) => [`${row.layer} ${row.pipeline}`, row.cpuUs]))

const place = fc.record({
  layer: fc.constantFrom('speed' as const, 'serving' as const, 'log' as const),
  pipeline: fc.constantFrom('a', 'b', 'c', ''),
})
const step = fc.oneof(
  fc.record({
    kind: fc.constant('note' as const),
    place,
    weight: fc.double({ min: 0, max: 1e6, noNaN: true }),
  }),
  fc.record({ kind: fc.constant('enter' as const), place }),
  fc.record({ kind: fc.constant('leave' as const), place }),
  fc.record({
    kind: fc.constant('charge' as const),
    minute: fc.integer({ min: 0, max: 3 }),
    cpuUs: fc.integer({ min: 0, max: 6e7 }),
  }),
)

describe('the CPU of a process', () => {
  it('is shared out whole, whatever was noted and in hand', () => {
    fc.assert(
      fc.property(fc.array(step, { maxLength: 60 }), (steps) => {
        const book = new UsageBook(own)
        let used = 0
        for (const one of steps) {
          if (one.kind === 'note') book.note(0, { ...one.place, weight: one.weight })
          else if (one.kind === 'enter') book.enter(one.place)
          else if (one.kind === 'leave') book.leave(one.place)
          else {
            used += one.cpuUs
            book.charge(one.minute * minuteMs, one.cpuUs)
          }
        }
        expect(sum(book.rows().map(({ cpuUs }) => cpuUs))).toBe(used)
      }),
    )
  })

  it('is its own while it does nothing for anybody', () => {
    const book = new UsageBook(own)
    book.charge(0, 500)
    expect(cpuOf(book)).toEqual({ 'shared ': 500 })
  })

  it('goes by weight to what was noted since the last look, and no longer', () => {
    const book = new UsageBook(own)
    book.note(0, { layer: 'speed', pipeline: 'a', weight: 3 })
    book.note(0, { layer: 'speed', pipeline: 'b', weight: 1 })
    book.charge(0, 400)
    book.charge(0, 100)
    expect(cpuOf(book)).toEqual({ 'speed a': 300, 'speed b': 100, 'shared ': 100 })
  })

  it('goes in equal parts to what is in hand, which comes before what was noted', () => {
    const book = new UsageBook(own)
    book.note(0, { layer: 'speed', pipeline: 'c', weight: 9 })
    book.enter(a)
    book.enter(b)
    book.charge(0, 100)
    book.leave(b)
    book.charge(0, 100)
    book.leave(a)
    book.charge(0, 7)
    expect(cpuOf(book)).toEqual({ 'speed c': 0, 'batch a': 150, 'reconcile b': 50, 'shared ': 7 })
  })

  it('of more places than are remembered is of nobody in particular, and none of it is lost', () => {
    const book = new UsageBook(own)
    for (let i = 0; i < 6_000; i++)
      book.note(0, { layer: 'log', pipeline: ofType(`t${i}`), weight: 1, events: 1 })
    book.charge(0, 6_000)
    const rows = book.rows()
    expect(rows.length).toBeLessThanOrEqual(5_001)
    expect(sum(rows.map(({ cpuUs }) => cpuUs))).toBe(6_000)
    expect(sum(rows.map(({ events }) => events))).toBe(6_000)
  })
})

it('minutes are forgotten once they are written and over', () => {
  const book = new UsageBook(own)
  book.charge(0, 1)
  book.charge(minuteMs, 2)
  book.forgetBefore(minuteMs)
  expect(book.rows().map(({ minute, cpuUs }) => [minute, cpuUs])).toEqual([[minuteMs, 2]])
})

it('work on an event type is told from work on a pipeline of that name', () => {
  expect(typeOf(ofType('flight.departed'))).toBe('flight.departed')
  expect(typeOf('departures')).toBeNull()
})
