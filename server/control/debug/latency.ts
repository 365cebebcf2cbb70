import type { Pool } from '../../clients'
import { readMeasurements, type MeasurementPoint } from '../../slo'
import { objectiveThreshold } from './debug-store'
import type { LatencyHeat } from './model'
import { stepMinutes } from './steps'

interface LatencyQuery {
  pipeline: string
  indicator: LatencyHeat['indicator']
  from: number
  to: number
}

/** How long things took, as stored figures: a row a bin, a column a step. */
export async function readLatency(pool: Pool, query: LatencyQuery): Promise<LatencyHeat> {
  const minutes = stepMinutes(query)
  const [{ points, total, stepMs }, threshold] = await Promise.all([
    readMeasurements(pool, { ...query, stepMinutes: minutes }),
    objectiveThreshold(pool, query),
  ])
  return { indicator: query.indicator, stepMs, ...packBins(points), total, threshold }
}

const perOctave = 4

/** The rows are all bins from the lowest to the highest that holds anything, so that a gap in them is seen as one. */
export function packBins(points: readonly MeasurementPoint[]): Pick<LatencyHeat, 'edges' | 'columns'> {
  const uppers = points.flatMap(({ bins }) => bins.map(({ upTo }) => upTo))
  if (uppers.length === 0) return { edges: [], columns: [] }
  const indexOf = (upTo: number) => Math.round(Math.log2(upTo) * perOctave)
  const low = indexOf(Math.min(...uppers))
  const high = indexOf(Math.max(...uppers))
  const edges = Array.from({ length: high - low + 1 }, (_, i) => 2 ** ((low + i) / perOctave))
  const columns = points.map(({ at, bins, count, p50, p95, p99, max, traffic }) => {
    const counts = edges.map(() => 0)
    for (const { upTo, count: n } of bins) {
      const row = indexOf(upTo) - low
      counts[row] = (counts[row] ?? 0) + n
    }
    return { at, counts, count, p50, p95, p99, max, isProbe: traffic === 'probe' }
  })
  return { edges, columns }
}
