import type { Pool } from '../../clients'
import type { Clock } from '../../platform'
import { addBins, quantileOf } from '../measure/bins'
import type { Indicator } from '../model'
import { countTraces, selectMeasured, type TraceCounts } from './metric-figures-store'

/** Those whose size is told, not only how many were good. */
const sized: readonly Indicator[] = ['latency', 'event_to_view', 'freshness', 'backlog']
const spanMinutes = 5
const minuteMs = 60_000

export interface MeasuredFigure {
  pipeline: string
  indicator: Indicator
  count: number
  /** In the indicator's unit, within 19 %. */
  p50: number
  p95: number
  p99: number
}

export interface MetricFigures {
  /** Of the last five minutes that are over; without data there is none. Real traffic; probes only where there is none. */
  measured: MeasuredFigure[]
  /** Of the last hour. */
  traces: TraceCounts
}

/** What /metrics tells of measurements and traces. */
export async function readMetricFigures({
  pool,
  clock,
}: {
  pool: Pool
  clock: Clock
}): Promise<MetricFigures> {
  const to = Math.floor(clock.now() / minuteMs) * minuteMs
  const from = to - spanMinutes * minuteMs
  const [rows, traces] = await Promise.all([
    selectMeasured(pool, { indicators: sized, from, to }),
    countTraces(pool, from),
  ])
  const sums = new Map<string, { count: number; max: number; bins: Map<number, number> }>()
  const hasReal = new Set(rows.filter(({ traffic }) => traffic === 'real').map(nameOf))
  for (const row of rows) {
    if (row.traffic === 'probe' && hasReal.has(nameOf(row))) continue
    const sum = sums.get(nameOf(row)) ?? { count: 0, max: 0, bins: new Map<number, number>() }
    sum.count += row.count
    sum.max = Math.max(sum.max, row.max)
    addBins(sum.bins, row.bins)
    sums.set(nameOf(row), sum)
  }
  const measured = [...sums].map(([name, { count, max, bins }]): MeasuredFigure => {
    const [pipeline, indicator] = name.split('\0') as [string, Indicator]
    const at = (q: number) => quantileOf(bins, q, max) ?? 0
    return { pipeline, indicator, count, p50: at(0.5), p95: at(0.95), p99: at(0.99) }
  })
  return { measured, traces }
}

const nameOf = ({ pipeline, indicator }: { pipeline: string; indicator: string }) =>
  `${pipeline}\0${indicator}`
