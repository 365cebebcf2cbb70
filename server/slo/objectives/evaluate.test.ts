import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { grouped } from '../grouped'
import type { BudgetCorrectionView, Budgeting, GoodTotal, ObjectiveSpec, ObjectiveWindow } from '../model'
import { composite, correctedSeries, type Counted } from './counted'
import { evaluate } from './evaluate'
import { dayMs, floorTo, hourMs, minuteMs, windowAt, type Span } from './objective-window'
import { minuteWindowMs, Series, type MinuteFigures } from './series'

type Correction = Pick<BudgetCorrectionView, 'from' | 'to' | 'recurrence'>

const now = Date.UTC(2026, 2, 14, 15, 9, 26)
const end = floorTo(now, minuteMs) + minuteMs
const occurrences: Budgeting = { method: 'occurrences' }
const spec: ObjectiveSpec = {
  id: 'p.latency',
  name: 'latency',
  title: 'Read latency of p',
  owner: 'ops',
  sli: { pipeline: 'p', indicator: 'latency', threshold: 300 },
  parts: [],
  target: 0.99,
  window: { kind: 'rolling', days: 3 },
  budgeting: occurrences,
  minTotal: 0,
  urgency: 'page',
  labels: {},
}

/** As the figures come from the store: old hours added up, new ones by the minute; cut hours opened. */
function seriesOf(
  minutes: readonly MinuteFigures[],
  budgeting: Budgeting,
  corrections: readonly Correction[],
): Series {
  const series = new Series(budgeting, { hours: 24 * 40, minutes: 480 })
  const minutesFrom = floorTo(now, hourMs) - minuteWindowMs - hourMs
  series.holdMinutesFrom(minutesFrom)
  const old = grouped(
    minutes.filter(({ minute }) => minute < minutesFrom),
    ({ minute }) => floorTo(minute, hourMs),
  )
  for (const [hour, some] of old) series.openHour(hour, some)
  const cut = new Set(corrections.flatMap(({ from, to }) => [floorTo(from, hourMs), floorTo(to, hourMs)]))
  series.closeHours((hour) => cut.has(hour))
  series.putMinutes(minutes.filter(({ minute }) => minute >= minutesFrom))
  return series
}

/** The plain way: every minute of the window, one after the other. */
function plainly(
  minutes: readonly MinuteFigures[],
  { from, to }: Span,
  { budgeting, corrections }: { budgeting: Budgeting; corrections: readonly Correction[] },
): { then: GoodTotal; now: GoodTotal } {
  const sum = { then: { good: 0, total: 0 }, now: { good: 0, total: 0 } }
  const isCorrected = (minute: number) =>
    corrections.some((one) => minute + minuteMs > one.from && minute < one.to)
  const sizeMs = budgeting.method === 'occurrences' ? minuteMs : budgeting.minutes * minuteMs
  for (let at = Math.ceil(from / sizeMs) * sizeMs; at < to; at += sizeMs) {
    if (isCorrected(at)) continue
    for (const known of ['then', 'now'] as const) {
      let good = 0
      let total = 0
      for (const minute of minutes)
        if (minute.minute >= at && minute.minute < at + sizeMs) {
          good += minute[known].good
          total += minute[known].total
        }
      if (budgeting.method === 'occurrences') {
        sum[known].good += good
        sum[known].total += total
      } else if (total > 0) {
        sum[known].total += 1
        if (budgeting.method === 'ratio_timeslices') sum[known].good += good / total
        else if (good / total >= budgeting.target) sum[known].good += 1
      }
    }
  }
  return sum
}

const goodTotal = fc
  .tuple(fc.nat(50), fc.nat(50))
  .map(([good, bad]): GoodTotal => ({ good, total: good + bad }))

/** A minute here and there over five days, denser towards the end. */
const history = fc
  .uniqueArray(
    fc.record({
      back: fc.oneof(
        fc.integer({ min: 0, max: 90 }),
        fc.integer({ min: 0, max: 720 }),
        fc.integer({ min: 0, max: 5 * 1_440 }),
      ),
      then: goodTotal,
      restated: fc.option(goodTotal, { nil: null }),
    }),
    { selector: ({ back }) => back, maxLength: 150 },
  )
  .map((minutes) =>
    minutes
      .map(({ back, then, restated }): MinuteFigures => ({
        minute: end - minuteMs - back * minuteMs,
        then,
        now: restated ?? then,
        probe: 0,
      }))
      .sort((a, b) => a.minute - b.minute),
  )

const corrections = fc.array(
  fc
    .record({ back: fc.integer({ min: 1, max: 5 * 1_440 }), long: fc.integer({ min: 1, max: 300 }) })
    .map(({ back, long }): Correction => {
      const from = end - back * minuteMs
      return { from, to: from + long * minuteMs, recurrence: null }
    }),
  { maxLength: 3 },
)

const budgetings: Budgeting[] = [
  occurrences,
  { method: 'timeslices', minutes: 1, target: 0.5 },
  { method: 'timeslices', minutes: 5, target: 0.6 },
  { method: 'ratio_timeslices', minutes: 1 },
]
const windows: ObjectiveWindow[] = [
  { kind: 'rolling', days: 3 },
  { kind: 'rolling', days: 0.5 },
  { kind: 'calendar', unit: 'day', count: 1, start: '2026-01-01', zone: 'America/New_York' },
  { kind: 'calendar', unit: 'week', count: 1, start: '2026-01-05', zone: 'UTC' },
]

const near = (value: number | null, wanted: number | null) => {
  if (wanted === null) expect(value).toBeNull()
  else expect(value).toBeCloseTo(wanted, 8)
}

describe('[law 9] budgets and burn rates', () => {
  it('equal a plain recomputation over the minutes, whatever way they are kept', () => {
    fc.assert(
      fc.property(
        history,
        corrections,
        fc.constantFrom(...budgetings),
        fc.constantFrom(...windows),
        fc.constantFrom(0.9, 0.99, 0.999),
        (minutes, planned, budgeting, window, target) => {
          const judged = { ...spec, budgeting, window, target }
          const counted = correctedSeries(seriesOf(minutes, budgeting, planned), planned)
          const state = evaluate(judged, counted, { now, since: null })
          const over = (span: Span) => plainly(minutes, span, { budgeting, corrections: planned })
          const { from } = windowAt(window, now)
          const whole = over({ from, to: end })
          const burn = ({ good, total }: GoodTotal) =>
            total === 0 ? null : (1 - good / total) / (1 - target)
          for (const known of ['then', 'now'] as const) {
            expect(state[known].total).toBe(whole[known].total)
            expect(state[known].good).toBeCloseTo(whole[known].good, 8)
            const rate = burn(whole[known])
            near(state[known].budgetLeft, rate === null ? null : 1 - rate)
          }
          for (const { longMinutes, shortMinutes, long, short, total } of state.burns) {
            const span = (minutesLong: number) => {
              const start = end - minutesLong * minuteMs
              return { from: minutesLong > 360 ? floorTo(start, hourMs) : start, to: end }
            }
            near(long, burn(over(span(longMinutes)).then))
            near(short, burn(over(span(shortMinutes)).then))
            expect(total).toBe(over(span(longMinutes)).then.total)
          }
          near(state.burn1h, burn(over({ from: end - hourMs, to: end }).then))
        },
      ),
      { numRuns: 150 },
    )
  })

  it('of a composite are of the weighted mean of what its parts attained', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(history, fc.integer({ min: 1, max: 9 })), { minLength: 1, maxLength: 4 }),
        (all) => {
          const counted = composite(
            all.map(([minutes, weight]) => ({
              counted: correctedSeries(seriesOf(minutes, occurrences, []), []),
              weight,
            })),
          )
          const state = evaluate(spec, counted, { now, since: null })
          const { from } = windowAt(spec.window, now)
          const parts = all
            .map(([minutes, weight]) => ({
              ...plainly(minutes, { from, to: end }, { budgeting: occurrences, corrections: [] }).now,
              weight,
            }))
            .filter(({ total }) => total > 0)
          const weights = parts.reduce((sum, { weight }) => sum + weight, 0)
          const attained =
            weights === 0
              ? null
              : parts.reduce((sum, { good, total, weight }) => sum + (weight * good) / total, 0) / weights
          near(state.now.attained, attained)
          near(state.now.budgetLeft, attained === null ? null : 1 - (1 - attained) / (1 - spec.target))
        },
      ),
    )
  })
})

const minutesOf = (count: number, figures: GoodTotal, from = end - count * minuteMs): MinuteFigures[] =>
  Array.from({ length: count }, (_, i) => ({
    minute: from + i * minuteMs,
    then: figures,
    now: figures,
    probe: 0,
  }))

const judge = (
  minutes: readonly MinuteFigures[],
  change: Partial<ObjectiveSpec> = {},
  planned: Correction[] = [],
) => {
  const judged = { ...spec, ...change }
  const counted: Counted = correctedSeries(seriesOf(minutes, judged.budgeting, planned), planned)
  return evaluate(judged, counted, { now, since: null })
}

describe('the status of an objective', () => {
  it('is no data without any, and nothing is said of its budget', () => {
    const state = judge([])
    expect(state).toMatchObject({ status: 'no_data', budgetTotal: null, burn1h: null, usedIn24h: null })
    expect(state.now).toEqual({ good: 0, total: 0, attained: null, budgetLeft: null })
    expect(state.burns.some(({ isFiring }) => isFiring)).toBe(false)
  })

  it('is low traffic below the least number, and then nothing fires', () => {
    const state = judge(minutesOf(5, { good: 0, total: 1 }), { minTotal: 20 })
    expect(state.status).toBe('low_traffic')
    expect(state.burns.every(({ isFiring, isLowTraffic }) => !isFiring && isLowTraffic)).toBe(true)
  })

  it('is burning when both windows of a pair exceed their rate, and says since when', () => {
    const quiet = minutesOf(3 * 1_440 - 10, { good: 1_000, total: 1_000 }, end - 3 * dayMs)
    const state = judge([...quiet, ...minutesOf(10, { good: 0, total: 1_000 })], {
      window: { kind: 'rolling', days: 30 },
    })
    expect(state.burns.find(({ pair }) => pair === 'page_fast')).toMatchObject({
      isFiring: true,
      short: expect.closeTo(100, 6) as number,
    })
    expect(state).toMatchObject({ status: 'burning', since: now })
  })

  it('does not fire any more once the short window is good again', () => {
    const bad = minutesOf(50, { good: 0, total: 100 }, end - 60 * minuteMs)
    const state = judge([...bad, ...minutesOf(10, { good: 100, total: 100 })], {
      window: { kind: 'rolling', days: 30 },
    })
    expect(state.burns[0]).toMatchObject({ pair: 'page_fast', isFiring: false, short: 0 })
    expect(state.burns[0]?.long).toBeGreaterThan(14.4)
  })

  it('is exhausted when the past was restated, although alerts saw nothing', () => {
    const restated = minutesOf(60, { good: 100, total: 100 }).map((minute) => ({
      ...minute,
      now: { good: 50, total: 100 },
    }))
    const state = judge(restated)
    expect(state).toMatchObject({ status: 'exhausted', then: { budgetLeft: 1 } })
    expect(state.now.budgetLeft).toBeCloseTo(-49, 6)
    expect(state.burns.some(({ isFiring }) => isFiring)).toBe(false)
  })

  it('of a window with little history does not take a bad first minute for the budget of a month', () => {
    const state = judge(minutesOf(60, { good: 90, total: 100 }), { window: { kind: 'rolling', days: 30 } })
    // Ten times too fast for one hour of 720.
    expect(state.usedIn24h).toBeCloseTo(10 / 720, 6)
  })

  it('says what a day used of the budget, as the guide escalates on', () => {
    const quiet = minutesOf(29 * 1_440, { good: 10, total: 10 }, end - 30 * dayMs)
    const bad = minutesOf(1_440, { good: 8, total: 10 })
    // 20 % of a thirtieth of the traffic, over the 1 % allowed.
    const used = judge([...quiet, ...bad], { window: { kind: 'rolling', days: 30 } }).usedIn24h
    expect(used).toBeGreaterThan(0.6)
    expect(used).toBeLessThan(0.7)
  })

  it('leaves planned work out and says how much it was', () => {
    const from = end - 30 * minuteMs
    const bad = minutesOf(30, { good: 0, total: 10 })
    const good = minutesOf(600, { good: 10, total: 10 }, end - 630 * minuteMs)
    const state = judge([...good, ...bad], {}, [{ from, to: end, recurrence: null }])
    expect(state).toMatchObject({
      status: 'met',
      now: { good: 6_000, total: 6_000 },
      corrected: { good: 0, total: 300 },
    })
  })
})
