import type { Pool, PoolClient } from '../../clients'
import type { Traffic } from '../model'
import { addBins, binUpper, quantileOf, type Bins } from './bins'
import { binScale, type Measured } from './measured'
import { selectMeasurements } from './read-measurements-store'

export interface MeasurementQuery {
  pipeline: string
  indicator: Measured
  /** Epoch ms, half-open. */
  from: number
  to: number
  /** Minutes to a point; default 1. */
  stepMinutes?: number
  /** Default: real, with probes standing in for points without any real value. */
  traffic?: Traffic
}

/** What was measured in a stretch of time; values in the indicator's unit. */
export interface Distribution {
  count: number
  mean: number
  /** Of the values as far as bins tell them: within 19 %. */
  p50: number
  p95: number
  p99: number
  max: number
}

export interface MeasurementPoint extends Distribution {
  at: number
  traffic: Traffic
  /** Values above the bin before and up to `upTo`, lowest first. */
  bins: { upTo: number; count: number }[]
}

export interface Measurements {
  stepMs: number
  /** Points with data, in order. */
  points: MeasurementPoint[]
  /** Of the whole range; null without data. */
  total: Distribution | null
}

interface Sum {
  count: number
  sum: number
  max: number
  bins: Map<number, number>
}

/** Percentiles and bins by minute, or by several. */
export async function readMeasurements(
  db: Pick<Pool | PoolClient, 'query'>,
  query: MeasurementQuery,
): Promise<Measurements> {
  const { indicator, traffic, stepMinutes = 1 } = query
  const stepMs = stepMinutes * 60_000
  const scale = binScale[indicator]
  const sums = new Map<number, Partial<Record<Traffic, Sum>>>()
  for (const row of await selectMeasurements(db, query)) {
    const at = Math.floor(row.minute / stepMs) * stepMs
    const point = sums.get(at) ?? {}
    sums.set(at, point)
    add((point[row.traffic] ??= empty()), row)
  }
  const all = empty()
  const points: MeasurementPoint[] = []
  for (const [at, point] of [...sums].sort(([a], [b]) => a - b)) {
    const kind = traffic ?? (point.real === undefined ? 'probe' : 'real')
    const sum = point[kind]
    if (sum === undefined) continue
    points.push({ at, traffic: kind, ...distribution(sum, scale), bins: binsOf(sum, scale) })
    add(all, { ...sum, bins: Object.fromEntries(sum.bins) })
  }
  return { stepMs, points, total: all.count === 0 ? null : distribution(all, scale) }
}

const empty = (): Sum => ({ count: 0, sum: 0, max: -Infinity, bins: new Map() })

function add(into: Sum, row: { count: number; sum: number; max: number; bins: Bins }): void {
  into.count += row.count
  into.sum += row.sum
  into.max = Math.max(into.max, row.max)
  addBins(into.bins, row.bins)
}

function distribution({ count, sum, max, bins }: Sum, scale: number): Distribution {
  const at = (q: number) => (quantileOf(bins, q, max * scale) ?? 0) / scale
  return { count, mean: sum / count, p50: at(0.5), p95: at(0.95), p99: at(0.99), max }
}

const binsOf = ({ bins }: Sum, scale: number) =>
  [...bins].sort(([a], [b]) => a - b).map(([bin, count]) => ({ upTo: binUpper(bin) / scale, count }))
