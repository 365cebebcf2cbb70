import fc from 'fast-check'
import { describe, expect, it } from 'vitest'
import { budgetOf, forecastMonth, type ForecastFacts } from './forecast'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
const monthStart = Date.UTC(2026, 2, 1)
const monthEnd = Date.UTC(2026, 3, 1)

const facts = (change: Partial<ForecastFacts> = {}): ForecastFacts => ({
  now: monthStart + 10 * dayMs,
  monthEnd,
  spent: 10,
  recent: 7,
  basisFrom: monthStart + 3 * dayMs,
  days: [1, 1, 1, 1, 1, 1, 1],
  ...change,
})

describe('the forecast of a month', () => {
  it('is what is spent and the rest of the month at the mean of seven days', () => {
    const forecast = forecastMonth(facts())
    expect(forecast).toMatchObject({ amount: 31, low: 31, high: 31, confidence: 'good', basisHours: 168 })
    expect(forecast.says).toMatch(/mean of the last 7 days/)
  })

  it('equals a plain recomputation', () => {
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 30 * 24 }),
        fc.integer({ min: 1, max: 168 }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        fc.double({ min: 0, max: 1e6, noNaN: true }),
        (hoursIn, basisHours, spent, recent) => {
          const now = monthStart + hoursIn * hourMs
          const { amount } = forecastMonth(
            facts({ now, spent, recent, basisFrom: now - basisHours * hourMs }),
          )
          const plain = spent + (recent / basisHours) * (31 * 24 - hoursIn)
          expect(amount).toBeCloseTo(plain, 6)
        },
      ),
    )
  })

  it('is none before there is an hour of history, and says how much there is', () => {
    const now = monthStart + 10 * dayMs
    const forecast = forecastMonth(facts({ now, basisFrom: now - 12 * 60_000 }))
    expect(forecast).toMatchObject({ amount: null, low: null, confidence: 'none' })
    expect(forecast.says).toMatch(/12 minutes/)
  })

  it('is rough below a day of history, and says so', () => {
    const now = monthStart + 10 * dayMs
    const forecast = forecastMonth(facts({ now, basisFrom: now - 5 * hourMs, recent: 1, days: [] }))
    expect(forecast).toMatchObject({ confidence: 'rough', low: null, basisHours: 5 })
    expect(forecast.amount).toBeCloseTo(10 + (21 * 24) / 5, 9)
    expect(forecast.says).toMatch(/^Rough: .* last 5 hours/)
  })

  it('spans the cheapest and the dearest day', () => {
    const forecast = forecastMonth(facts({ days: [0.5, 2] }))
    expect(forecast).toMatchObject({ low: 10 + 21 * 0.5, high: 10 + 21 * 2 })
  })

  it('of a month that is over is what was spent', () => {
    expect(forecastMonth(facts({ now: monthEnd }))).toMatchObject({ amount: 10, confidence: 'good' })
  })
})

describe('a budget', () => {
  const forecast = forecastMonth(facts())
  const against = (budget: { monthly: number; currency: string }, spent = 10) =>
    budgetOf(budget, { spent, forecast, currency: 'USD' })

  it('in another currency than the prices is compared with nothing and says so', () => {
    const budget = against({ monthly: 1, currency: 'EUR' })
    expect(budget).toMatchObject({ isComparable: false, used: null, forecastUsed: null, status: 'unknown' })
    expect(budget.says).toMatch(/in EUR and prices are in USD/)
  })

  it('is within, at risk by a good forecast, or over', () => {
    expect(against({ monthly: 40, currency: 'USD' }).status).toBe('within')
    expect(against({ monthly: 30, currency: 'USD' })).toMatchObject({ status: 'at risk', used: 1 / 3 })
    expect(against({ monthly: 9, currency: 'USD' }).status).toBe('over')
  })

  it('is not called at risk by a rough forecast', () => {
    const rough = { ...forecast, confidence: 'rough' as const }
    const budget = budgetOf({ monthly: 30, currency: 'USD' }, { spent: 10, forecast: rough, currency: 'USD' })
    expect(budget.status).toBe('within')
    expect(budget.says).toMatch(/rough forecast is above/)
  })

  it('of nothing is over with the first cent and has no share', () => {
    expect(against({ monthly: 0, currency: 'USD' })).toMatchObject({ status: 'over', used: null })
  })
})
