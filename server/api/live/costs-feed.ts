import { readCosts, Recent, type Console, type CostReport } from '../../control'
import { refreshed } from './refreshed'

const views = new WeakMap<Console, Recent<CostReport>>()

function viewOf(console: Console): Recent<CostReport> {
  const known = views.get(console) ?? new Recent<CostReport>(console.clock, 9_000)
  views.set(console, known)
  return known
}

/** The month under way; hours are priced every half minute, and nothing announces it. */
export const liveCosts = (
  console: Console,
  signal: AbortSignal | undefined,
): AsyncGenerator<CostReport, void, undefined> =>
  refreshed(
    console,
    {
      read: () => viewOf(console).get('', () => readCosts(console)),
      concerns: () => false,
      minMs: 10_000,
      maxMs: 15_000,
    },
    signal,
  )
