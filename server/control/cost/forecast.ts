import type { CostBudget, CostForecast } from './model'

const hourMs = 3_600_000
const dayMs = 24 * hourMs
export const forecastBasisMs = 7 * dayMs
/** Below it nothing is said at all. */
const leastBasisMs = hourMs
const roughBelowMs = dayMs

export interface ForecastFacts {
  now: number
  monthEnd: number
  spent: number
  /** Spent since `basisFrom`. */
  recent: number
  /** Start of the basis: seven days ago, or when measuring began. */
  basisFrom: number
  /** Amounts of whole UTC days of the basis. */
  days: readonly number[]
}

/** Spent so far, and the rest of the month at the mean of the last seven days, or of as long as there is. */
export function forecastMonth(facts: ForecastFacts): CostForecast {
  const { now, monthEnd, spent, recent, basisFrom, days } = facts
  const basisMs = Math.max(0, now - basisFrom)
  const basisHours = Math.min(basisMs, forecastBasisMs) / hourMs
  if (now >= monthEnd)
    return {
      ...bounds(null, 0, []),
      amount: spent,
      confidence: 'good',
      basisHours,
      says: 'The month is over.',
    }
  if (basisMs < leastBasisMs)
    return {
      ...bounds(null, 0, []),
      amount: null,
      confidence: 'none',
      basisHours,
      says: `${said(basisMs)} of history: a forecast needs an hour.`,
    }
  const restMs = monthEnd - now
  const isRough = basisMs < roughBelowMs
  return {
    ...bounds(spent, restMs, days),
    amount: spent + (recent / basisMs) * restMs,
    confidence: isRough ? 'rough' : 'good',
    basisHours,
    says: isRough
      ? `Rough: the month at the rate of the last ${said(basisMs)}, which is all there is.`
      : `Spent so far, and the rest of the month at the mean of the last ${said(basisMs)}.`,
  }
}

const bounds = (spent: number | null, restMs: number, days: readonly number[]) =>
  spent === null || days.length < 2
    ? { low: null, high: null }
    : {
        low: spent + (Math.min(...days) * restMs) / dayMs,
        high: spent + (Math.max(...days) * restMs) / dayMs,
      }

function said(ms: number): string {
  const minutes = Math.floor(ms / 60_000)
  const [value, unit] =
    minutes < 60
      ? [minutes, 'minute']
      : minutes < 48 * 60
        ? [Math.floor(minutes / 60), 'hour']
        : [Math.floor(minutes / (24 * 60)), 'day']
  return `${value} ${unit}${value === 1 ? '' : 's'}`
}

/** A budget in another currency than the prices is compared with nothing, and says so. */
export function budgetOf(
  budget: { monthly: number; currency: string },
  { spent, forecast, currency }: { spent: number; forecast: CostForecast; currency: string },
): CostBudget {
  const { monthly } = budget
  if (budget.currency !== currency)
    return {
      ...budget,
      isComparable: false,
      used: null,
      forecastUsed: null,
      status: 'unknown',
      says: `The budget is in ${budget.currency} and prices are in ${currency}: they are not compared. Give both one currency.`,
    }
  const share = (amount: number | null) => (amount === null || monthly <= 0 ? null : amount / monthly)
  const forecastUsed = share(forecast.amount)
  const status =
    spent > monthly
      ? 'over'
      : forecast.confidence === 'good' && forecast.amount !== null && forecast.amount > monthly
        ? 'at risk'
        : 'within'
  return {
    ...budget,
    isComparable: true,
    used: share(spent),
    forecastUsed,
    status,
    says: {
      over: 'More is spent than the month has.',
      'at risk': 'The forecast is above the budget.',
      within:
        forecast.amount !== null && forecast.amount > monthly
          ? 'Within the budget so far; a rough forecast is above it.'
          : 'Within the budget.',
    }[status],
  }
}
