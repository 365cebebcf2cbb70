import type { Pool } from '../clients'
import type { Instant, MeasureValue } from '../pipeline'
import { countAwaiting, countCompared, lastRuns, awaitingLimit } from './divergence-grid-store'
import { segmentAt } from './divergence-segments'
import { causes, histogramEdges, type Cause } from './divergence-words'
import { stateOf } from './pack-grid'
import { measureOf, readSegments, scopeOf, valueOf, type DivergenceQuery } from './read-divergence'
import {
  binFound,
  causesOverTime,
  countByWindow,
  largestFound,
  selectOffenders,
} from './read-divergence-store'

type OneMeasure = DivergenceQuery & { measure: string; from: Instant; to: Instant }

export interface DivergenceSummary {
  tolerance: number
  windowSizeMs: number
  compared: { cells: number; keys: number; windows: number }
  /** Cells with any difference, in-flight ones apart. */
  differing: number
  beyond: number
  drifting: number
  /** Differing cells that no published version has put right yet. */
  open: number
  inFlight: number
  byCause: Record<Cause, number>
  largest: {
    windowStart: Instant
    key: string
    speed: MeasureValue
    batch: MeasureValue
    relative: number
    mainCause: Cause
  } | null
  awaiting: { cells: number; isMore: boolean }
  boundary: Instant | null
  comparedAt: Instant | null
  nextRunAt: Instant | null
}

/** The figures over the heatmap, of the same rows as the heatmap. */
export async function summariseDivergence(pool: Pool, query: OneMeasure): Promise<DivergenceSummary> {
  const { compute, compiled } = query
  const { windowSizeMs, batch } = compiled.definition
  const scope = scopeOf(query)
  const { segments, boundary } = await readSegments(pool, compute.id, scope)
  const [compared, counts, largest, awaiting, runs] = await Promise.all([
    countCompared(pool, segments, scope.keys),
    countByWindow(pool, scope, batch.tolerance),
    largestFound(pool, scope),
    countAwaiting(pool, compute.id, segments),
    lastRuns(pool, compute.id),
  ])
  const settled = counts.filter(({ state }) => state !== 'in_flight')
  const sum = (rows: typeof counts, of: 'cells' | 'beyond' = 'cells') =>
    rows.reduce((n, row) => n + row[of], 0)
  const measure = measureOf(compiled, query.measure)
  return {
    tolerance: batch.tolerance,
    windowSizeMs,
    compared,
    differing: sum(settled),
    beyond: sum(settled, 'beyond'),
    drifting: sum(settled.filter(({ mainCause }) => mainCause === 'drift')),
    open: sum(settled.filter((row) => stateOf(row, segmentAt(segments, row.windowStart)) === 'open')),
    inFlight: sum(counts) - sum(settled),
    byCause: Object.fromEntries(
      causes.map((cause) => [cause, sum(settled.filter((row) => row.mainCause === cause))]),
    ) as Record<Cause, number>,
    largest: largest && {
      windowStart: largest.windowStart,
      key: largest.key,
      speed: valueOf(measure, largest.speed),
      batch: valueOf(measure, largest.batch),
      relative: largest.relative,
      mainCause: largest.mainCause,
    },
    awaiting: { cells: awaiting, isMore: awaiting >= awaitingLimit },
    boundary,
    comparedAt: runs.comparedAt,
    nextRunAt:
      batch.reconcile === 'off' || runs.scheduledAt === null ? null : runs.scheduledAt + batch.everyMs,
  }
}

export interface Offender {
  key: string
  cells: number
  beyond: number
  largest: number
  largestAt: Instant
  difference: MeasureValue
  mainCause: Cause
}

export async function readOffenders(pool: Pool, query: OneMeasure, limit: number): Promise<Offender[]> {
  const { tolerance } = query.compiled.definition.batch
  const measure = measureOf(query.compiled, query.measure)
  const rows = await selectOffenders(pool, scopeOf(query), { tolerance, limit })
  return rows.map((row) => ({ ...row, difference: valueOf(measure, row.difference) }))
}

export interface CauseBreakdown {
  from: Instant
  to: Instant
  stepMs: number
  buckets: { at: Instant; cause: Cause; cells: number; amount: MeasureValue }[]
}

const bucketsWanted = 60

/** Which causes, when: cells by main cause, and what each cause adds to the differences. */
export async function readCauses(pool: Pool, query: OneMeasure): Promise<CauseBreakdown> {
  const { windowSizeMs } = query.compiled.definition
  const { from, to } = query
  const stepMs = Math.max(1, Math.ceil((to - from) / windowSizeMs / bucketsWanted)) * windowSizeMs
  const measure = measureOf(query.compiled, query.measure)
  const rows = await causesOverTime(pool, scopeOf(query), stepMs)
  return {
    from: Math.floor(from / stepMs) * stepMs,
    to: Math.ceil(to / stepMs) * stepMs,
    stepMs,
    buckets: rows.map((row) => ({ ...row, amount: valueOf(measure, row.amount) })),
  }
}

export interface DivergenceHistogram {
  /** Upper edge of each bin; null: no end. The first holds the cells that are equal. */
  bins: { upTo: number | null; cells: number }[]
  compared: number
}

/** How relative errors are distributed, in fixed bins. */
export async function readHistogram(pool: Pool, query: OneMeasure): Promise<DivergenceHistogram> {
  const scope = scopeOf(query)
  const { segments } = await readSegments(pool, query.compute.id, scope)
  const [rows, compared] = await Promise.all([
    binFound(pool, scope, histogramEdges.slice(1, -1)),
    countCompared(pool, segments, scope.keys),
  ])
  const counts = new Map(rows.map(({ bin, cells }) => [bin + 1, cells]))
  const differing = rows.reduce((n, { cells }) => n + cells, 0)
  counts.set(0, Math.max(0, compared.cells - differing))
  return {
    bins: histogramEdges.map((edge, i) => ({
      upTo: Number.isFinite(edge) ? edge : null,
      cells: counts.get(i) ?? 0,
    })),
    compared: compared.cells,
  }
}
