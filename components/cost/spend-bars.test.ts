import { describe, expect, it } from 'vitest'
import type { LayerAmounts } from '@/server/api'
import { grainOf, spendBars, stackOf } from './spend-bars'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const from = Date.UTC(2026, 2, 1)
const to = Date.UTC(2026, 3, 1)
const amounts = (speed: number): LayerAmounts => ({
  batch: 0,
  speed,
  serving: 0,
  reconcile: 0,
  log: 0,
  storage: 0,
  shared: 0,
  idle: 1,
})
const total = { spent: 10, forecast: { amount: 72 } } as Parameters<typeof spendBars>[0]['total']
const report = {
  at: from + 10 * dayMs + 30 * 60_000,
  from,
  to,
  days: [
    { day: from + 8 * dayMs, layers: amounts(2), spent: 3 },
    { day: from + 10 * dayMs, layers: amounts(1), spent: 2 },
  ],
  hours: [{ hour: from + 10 * dayMs, layers: amounts(1) }],
  anomalies: [{ hour: from + 8 * dayMs + 5 * hourMs }] as Parameters<typeof spendBars>[0]['anomalies'],
  total,
}

describe('bars of what was spent', () => {
  it('by day span the month; a day nobody measured is a gap, not a zero', () => {
    const { bars, from: start, to: end } = spendBars(report, 'days')
    expect([start, end]).toEqual([from, to])
    expect(bars).toHaveLength(11)
    expect(bars[7]).toMatchObject({ layers: null })
    expect(bars[8]).toMatchObject({ spent: 3, isOpen: false, isUnusual: true })
    expect(bars[10]).toMatchObject({ spent: 2, isOpen: true, isUnusual: false })
  })

  it('carry the forecast of a day that is left', () => {
    const { forecast } = spendBars(report, 'days')
    expect(forecast).toBeCloseTo((62 / (to - report.at)) * dayMs, 9)
    expect(spendBars(report, 'hours').forecast).toBeNull()
  })

  it('by hour are the last two days, the open hour last', () => {
    const first = { hour: from + 5 * dayMs, layers: amounts(1) }
    const { bars } = spendBars({ ...report, hours: [first, ...report.hours] }, 'hours')
    expect(bars).toHaveLength(48)
    expect(bars.at(-1)).toMatchObject({ at: from + 10 * dayMs, spent: 2, isOpen: true })
  })

  it('by hour are fewer while there are fewer, down to twelve', () => {
    expect(spendBars(report, 'hours').bars).toHaveLength(12)
  })

  it('of a month that is over end with it and have no forecast', () => {
    const { bars, forecast } = spendBars({ ...report, at: to + 5 * dayMs }, 'days')
    expect(bars).toHaveLength(31)
    expect(forecast).toBeNull()
    expect(bars.every(({ isOpen }) => !isOpen)).toBe(true)
  })

  it('are stacked to what was spent, idle on top', () => {
    const layers = { ...amounts(2), storage: 3, log: 1 }
    expect(stackOf(layers)).toEqual([
      { tone: 'speed', from: 0, to: 2 },
      { tone: 'other', from: 2, to: 6 },
      { tone: 'idle', from: 6, to: 7 },
    ])
  })

  it('are by the hour while there are few days', () => {
    expect(grainOf(report, null)).toBe('hours')
    expect(grainOf(report, 'days')).toBe('days')
  })
})
