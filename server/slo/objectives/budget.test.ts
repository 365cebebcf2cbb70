import { describe, expect, it } from 'vitest'
import { budgetFigures, burnRate, exhaustedIn } from './budget'
import { burnPairsOf } from './burn-pairs'
import { dayMs, hourMs, minuteMs } from './objective-window'

const month = { kind: 'rolling' as const, days: 30 }
const monthMs = 30 * dayMs

/** Seconds until a burn over a window of `longMs` passes `threshold`, when a share of requests fails from now on. */
const detectionS = (errorShare: number, { longMs, threshold }: { longMs: number; threshold: number }) =>
  (threshold * 0.001 * longMs) / errorShare / 1_000

describe('the examples of the SRE workbook, chapter 5 (99.9 % over 30 days)', () => {
  it.each([
    { burn: 1, errors: 0.001, exhaustedInMs: 30 * dayMs },
    { burn: 2, errors: 0.002, exhaustedInMs: 15 * dayMs },
    { burn: 10, errors: 0.01, exhaustedInMs: 3 * dayMs },
    { burn: 1_000, errors: 1, exhaustedInMs: 43.2 * minuteMs },
  ])(
    '$errors of errors burn at $burn and are out after $exhaustedInMs ms',
    ({ burn, errors, exhaustedInMs }) => {
      const counted = { good: 1_000_000 * (1 - errors), total: 1_000_000 }
      const rate = burnRate(counted, 0.999)
      expect(rate).toBeCloseTo(burn, 6)
      // The calendar says when the window ends: at a rate of 1 they meet.
      const inS = exhaustedIn(rate, { budgetLeft: 1, windowMs: monthMs, leftMs: monthMs + 1 })
      expect((inS ?? 0) * 1_000).toBeCloseTo(exhaustedInMs, 0)
    },
  )

  it('page at 14.4 and 6, ticket at 3 and 1, with short windows of a twelfth', () => {
    const shown = burnPairsOf(month).map(({ pair, severity, longMs, shortMs, threshold }) => ({
      pair,
      severity,
      long: longMs / minuteMs,
      short: shortMs / minuteMs,
      threshold,
    }))
    expect(shown).toEqual([
      { pair: 'page_fast', severity: 'page', long: 60, short: 5, threshold: 14.4 },
      { pair: 'page_slow', severity: 'page', long: 360, short: 30, threshold: 6 },
      { pair: 'ticket_fast', severity: 'ticket', long: 1_440, short: 120, threshold: 3 },
      { pair: 'ticket_slow', severity: 'ticket', long: 4_320, short: 360, threshold: 1 },
    ])
  })

  it.each([
    { pair: 0, share: 0.02 },
    { pair: 1, share: 0.05 },
    { pair: 2, share: 0.1 },
    { pair: 3, share: 0.1 },
  ])('pair $pair fires when $share of the budget is gone', ({ pair, share }) => {
    const { longMs = 0, threshold = 0 } = burnPairsOf(month)[pair] ?? {}
    expect((threshold * longMs) / monthMs).toBeCloseTo(share, 10)
  })

  it.each([
    { of: 'all requests failing', errors: 1, pair: 0, inS: 51.84 },
    { of: 'a tenth failing', errors: 0.1, pair: 0, inS: 518.4 },
    { of: 'all requests failing', errors: 1, pair: 1, inS: 129.6 },
    { of: 'an error share of 1.44 %, the very threshold', errors: 0.0144, pair: 0, inS: 3_600 },
  ])('$of is detected by pair $pair after $inS s', ({ errors, pair, inS }) => {
    const found = burnPairsOf(month)[pair]
    expect(found && detectionS(errors, found)).toBeCloseTo(inS, 6)
  })

  it('alerts of any length of window fire at the same share of its budget', () => {
    for (const days of [7, 14, 28, 90]) {
      const windowMs = days * dayMs
      const shares = burnPairsOf({ kind: 'rolling', days }).map(
        ({ longMs, threshold }) => (threshold * longMs) / windowMs,
      )
      // Whole minutes make less than 4 % of the shortest window.
      for (const [i, share] of [0.02, 0.05, 0.1, 0.1].entries())
        expect(Math.abs((shares[i] ?? 0) / share - 1)).toBeLessThan(0.04)
    }
  })
})

describe('a budget', () => {
  it('is unknown without data, not whole', () => {
    expect(budgetFigures({ good: 0, total: 0 }, 0.99)).toMatchObject({ attained: null, budgetLeft: null })
    expect(burnRate({ good: 0, total: 0 }, 0.99)).toBeNull()
  })

  it('is below 0 when more errors came than are allowed', () => {
    expect(budgetFigures({ good: 980, total: 1_000 }, 0.99).budgetLeft).toBeCloseTo(-1, 9)
  })

  it('in a rolling window is never used up at a rate up to 1: it comes back at the other end', () => {
    const pace = { budgetLeft: 0.4, windowMs: monthMs, leftMs: null }
    expect(exhaustedIn(1, pace)).toBeNull()
    expect(exhaustedIn(2, pace)).toBeCloseTo((0.4 * monthMs) / 2 / 1_000, 6)
    expect(exhaustedIn(0.5, { ...pace, budgetLeft: -0.1 })).toBe(0)
  })

  it('in a calendar window is not used up when the window ends before', () => {
    const pace = { budgetLeft: 0.5, windowMs: monthMs, leftMs: 10 * dayMs }
    expect(exhaustedIn(1, pace)).toBeNull()
    expect(exhaustedIn(2, pace)).toBeCloseTo((7.5 * dayMs) / 1_000, 6)
  })

  it("matches OpenSLO's published sums: 95 % of 336,000 requests allow 16,800 errors, 16,632 of them in 1 % availability", () => {
    const total = 14 * 24_000
    expect((1 - 0.95) * total).toBeCloseTo(16_800, 6)
    // 20,160 slices of a minute: 5 % are 16 hours and 48 minutes.
    expect(((1 - 0.95) * 14 * dayMs) / hourMs).toBeCloseTo(16.8, 9)
  })
})
