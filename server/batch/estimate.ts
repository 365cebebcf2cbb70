import type { Pool } from '../clients'
import type { Definition } from '../pipeline'
import type { Range } from '../serving'
import { cellsInRange, pastRuns, segmentsInRange, type PastRuns } from './estimate-store'
import { rowsIn } from './plan-chunks'

/** Taken where no run has been measured yet. */
const assumedEventsPerSecond = 250_000
const overheadSeconds = 1
/** Currency units per terabyte scanned, where the installation does not say. */
export const costPerTbDefault = 5

export interface Estimate {
  windows: number
  /** Cells that are served in the range now. */
  cells: number
  events: number
  /** Archive bytes the run scans. */
  bytes: number
  seconds: number
  cost: number
  /** What the duration rests on, in words. */
  basis: string
}

/** What recomputing a range will take, from the archive's manifest and the last runs of the same computation. */
export async function estimateRun(
  pool: Pool,
  input: {
    computeId: number
    definition: Pick<Definition, 'eventType' | 'windowSizeMs'>
    range: Range
    costPerTb?: number
  },
): Promise<Estimate> {
  const { computeId, definition, range, costPerTb = costPerTbDefault } = input
  const [segments, cells, runs] = await Promise.all([
    segmentsInRange(pool, definition.eventType, range),
    cellsInRange(pool, computeId, range),
    pastRuns(pool, computeId),
  ])
  const events = Math.round(segments.reduce((sum, segment) => sum + rowsIn(segment, range), 0))
  const bytes = segments.reduce((sum, segment) => sum + segment.bytes, 0)
  return {
    windows: Math.round((range.to - range.from) / definition.windowSizeMs),
    cells,
    events,
    bytes,
    cost: (bytes / 1e12) * costPerTb,
    ...durationOf(events, runs),
  }
}

export function durationOf(events: number, runs: PastRuns): { seconds: number; basis: string } {
  if (runs.count === 0 || runs.events === 0 || runs.seconds <= 0) {
    const rate = assumedEventsPerSecond.toLocaleString('en-GB')
    return {
      seconds: overheadSeconds + events / assumedEventsPerSecond,
      basis: `${rate} events a second assumed: this pipeline has not been recomputed yet`,
    }
  }
  // A run takes a fixed part and one that grows with its events; short runs tell the first, long ones the second.
  const fixed = Math.min(runs.shortestSeconds, runs.seconds / runs.count)
  const rate = runs.events / Math.max(runs.seconds - fixed * runs.count, runs.events / assumedEventsPerSecond)
  return {
    seconds: fixed + events / rate,
    basis: `the last ${runs.count} ${runs.count === 1 ? 'run' : 'runs'} of this pipeline`,
  }
}
