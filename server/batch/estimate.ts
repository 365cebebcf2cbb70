import type { Pool } from '../clients'
import type { Definition } from '../pipeline'
import type { Range } from '../serving'
import { cellsInRange, pastRuns, segmentsInRange, type PastRun } from './estimate-store'
import { rowsIn } from './plan-chunks'

/** Taken where no run has been measured yet. */
const assumedEventsPerSecond = 250_000
const overheadSeconds = 1
/** With fewer runs over the same windows, all runs of the computation tell more. */
const enoughRuns = 2
const enoughForSlow = 5

export interface Estimate {
  windows: number
  /** Cells that are served in the range now. */
  cells: number
  events: number
  /** Archive bytes the run scans. */
  bytes: number
  seconds: number
  /** One in ten such runs took longer; null where too few were measured to say. */
  slowSeconds: number | null
  /** What the duration rests on, in words. */
  basis: string
}

/** What recomputing a range will take, from the archive's manifest and past runs of the same windows. */
export async function estimateRun(
  pool: Pool,
  input: {
    computeId: number
    definition: Pick<Definition, 'eventType' | 'windowSizeMs'>
    range: Range
  },
): Promise<Estimate> {
  const { computeId, definition, range } = input
  const [segments, cells, sameWindows, any] = await Promise.all([
    segmentsInRange(pool, definition.eventType, range),
    cellsInRange(pool, computeId, range),
    pastRuns(pool, computeId, range),
    pastRuns(pool, computeId, null),
  ])
  const events = Math.round(segments.reduce((sum, segment) => sum + rowsIn(segment, range), 0))
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return {
    windows: Math.round((range.to - range.from) / definition.windowSizeMs),
    cells,
    events,
    bytes,
    ...durationOf(
      events,
      sameWindows.length >= enoughRuns
        ? { of: 'these windows', runs: sameWindows }
        : { of: 'this pipeline', runs: any },
    ),
  }
}

export function durationOf(
  events: number,
  past: { of: 'these windows' | 'this pipeline'; runs: readonly PastRun[] },
): Pick<Estimate, 'seconds' | 'slowSeconds' | 'basis'> {
  const { runs } = past
  const total = { events: sum(runs, 'events'), seconds: sum(runs, 'seconds') }
  if (total.events === 0 || total.seconds <= 0) {
    const rate = assumedEventsPerSecond.toLocaleString('en-GB')
    return {
      seconds: overheadSeconds + events / assumedEventsPerSecond,
      slowSeconds: null,
      basis: `${rate} events a second assumed: this pipeline has not been recomputed yet`,
    }
  }
  // A run takes a fixed part and one that grows with its events; short runs tell the first, long ones the second.
  const fixed = Math.min(...runs.map(({ seconds }) => seconds))
  const rate =
    total.events / Math.max(total.seconds - fixed * runs.length, total.events / assumedEventsPerSecond)
  const expected = (n: number) => fixed + n / rate
  const seconds = expected(events)
  return {
    seconds,
    slowSeconds:
      runs.length < enoughForSlow
        ? null
        : seconds * Math.max(1, ninthDecile(runs.map((run) => run.seconds / expected(run.events)))),
    basis: `the last ${runs.length} ${runs.length === 1 ? 'run' : 'runs'} of ${past.of}`,
  }
}

const sum = (runs: readonly PastRun[], field: keyof PastRun) =>
  runs.reduce((total, run) => total + run[field], 0)

/** Nearest rank. */
function ninthDecile(values: readonly number[]): number {
  const sorted = [...values].sort((a, b) => a - b)
  return sorted[Math.ceil(sorted.length * 0.9) - 1] ?? 1
}
