import { readDebug, Recent, type Console, type DebugView } from '../../control'
import type { DebugInput } from '../trpc/inputs'
import { absolute } from '../views'
import { refreshed } from './refreshed'

const views = new WeakMap<Console, Recent<DebugView>>()
const minuteMs = 60_000

function viewOf(console: Console): Recent<DebugView> {
  const known = views.get(console) ?? new Recent<DebugView>(console.clock, 4_000)
  views.set(console, known)
  return known
}

/** Latencies, retries, schemas and resources of a stretch of time; figures are stored by the minute. */
export const liveDebug = (
  console: Console,
  input: DebugInput,
  signal: AbortSignal | undefined,
): AsyncGenerator<DebugView, void, undefined> =>
  refreshed(
    console,
    {
      read: () =>
        viewOf(console).get(JSON.stringify(input), () =>
          readDebug(console, {
            pipeline: input.name,
            indicator: input.indicator,
            ...absolute(input.range, console.clock.now(), minuteMs),
          }),
        ),
      concerns: ({ kind }) => kind === 'job',
      minMs: 5_000,
      maxMs: 10_000,
    },
    signal,
  )
