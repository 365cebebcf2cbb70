import { readOverview, Recent, type Console, type Overview } from '../../control'
import type { Range } from '../trpc/inputs'
import { absolute } from '../views'
import { refreshed } from './refreshed'

const minuteMs = 60_000
const views = new WeakMap<Console, Recent<Overview>>()

function viewOf(console: Console): Recent<Overview> {
  const known = views.get(console) ?? new Recent<Overview>(console.clock, 1_800)
  views.set(console, known)
  return known
}

/** The executive's page; all who look at the same range share one read. */
export const liveOverview = (
  console: Console,
  range: Range,
  signal: AbortSignal | undefined,
): AsyncGenerator<Overview, void, undefined> =>
  refreshed(
    console,
    {
      read: () =>
        viewOf(console).get(JSON.stringify(range), () =>
          readOverview(console, absolute(range, console.clock.now(), minuteMs)),
        ),
      concerns: ({ kind }) => kind !== 'cells',
      minMs: 2_000,
      maxMs: 5_000,
    },
    signal,
  )
