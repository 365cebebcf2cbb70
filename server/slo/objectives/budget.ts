import type { BudgetFigures, GoodTotal } from '../model'

/** Errors allowed of what was counted: (1 − target) × total. */
export const budgetOf = ({ total }: GoodTotal, target: number): number => (1 - target) * total

/**
 * How many times as fast as allowed errors come: their share over the share allowed (SRE workbook, chapter 5). Null
 * without data.
 */
export const burnRate = ({ good, total }: GoodTotal, target: number): number | null =>
  total === 0 ? null : (total - good) / total / (1 - target)

export function budgetFigures({ good, total }: GoodTotal, target: number): BudgetFigures {
  const burn = burnRate({ good, total }, target)
  return {
    good,
    total,
    attained: total === 0 ? null : good / total,
    budgetLeft: burn === null ? null : 1 - burn,
  }
}

/** Until the budget is gone, seconds, when errors go on as now; null: it is not used up at this rate. */
export function exhaustedIn(
  burn: number | null,
  { budgetLeft, windowMs, leftMs }: { budgetLeft: number | null; windowMs: number; leftMs: number | null },
): number | null {
  if (burn === null || budgetLeft === null || burn <= 0) return null
  if (budgetLeft <= 0) return 0
  // What a rolling window takes in at a rate up to 1 it gives back at its other end.
  if (leftMs === null && burn <= 1) return null
  const inMs = (budgetLeft * windowMs) / burn
  return leftMs !== null && inMs > leftMs ? null : inMs / 1_000
}
