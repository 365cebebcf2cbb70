import type { Pool } from '../clients'
import type { CompiledPipeline, Instant, Measure, MeasureValue } from '../pipeline'
import { AppError } from '../platform'
import { cursorSecret, decodeCursor, encodeCursor, type Range } from '../serving'
import { segmentAt, segmentsOf, type Segment } from './divergence-segments'
import { causes, type Cause, type DivergenceState } from './divergence-words'
import { stateOf } from './pack-grid'
import {
  comparedVersions,
  inForceOver,
  selectFound,
  totalFound,
  type FoundRow,
  type FoundScope,
} from './read-divergence-store'

export const divergenceLimit = { default: 100, max: 1_000 }

/** All time there is. */
const ever: Range = { from: -8_640_000_000_000_000, to: 8_640_000_000_000_000 }

export interface DivergenceTarget {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
}

export interface DivergenceQuery extends DivergenceTarget {
  /** Windows that start in [from, to). */
  from?: Instant | undefined
  to?: Instant | undefined
  measure?: string | undefined
  keys?: readonly string[] | undefined
  cause?: Cause | undefined
  limit?: number | undefined
  cursor?: string | undefined
}

export interface DivergingCell {
  windowStart: Instant
  key: string
  measure: string
  /** What was served at the cut; null: no value. */
  speed: MeasureValue
  batch: MeasureValue
  /** speed − batch, a missing value taken as 0; the causes add up to it. */
  difference: MeasureValue
  /** |difference| / |batch|; 1 where batch is 0 or has no value. */
  relative: number
  causes: Record<Cause, MeasureValue>
  mainCause: Cause
  state: DivergenceState
  /** Number of the version that found it. */
  version: number
}

/** One page of the newest difference of each cell and measure, by window, key and measure. */
export async function readDivergence(
  pool: Pool,
  query: DivergenceQuery,
): Promise<{ cells: DivergingCell[]; nextCursor: string | null }> {
  const { compute, compiled, cursor } = query
  const scope = scopeOf(query)
  const limit = limitOf(query.limit)
  const bound = ['divergence', compute.id, scope.from, scope.to, scope.measure, scope.keys, scope.cause]
  const secret = await cursorSecret(pool)
  const after = cursor === undefined ? null : decodeCursor(secret, bound, cursor)
  const rows = await selectFound(pool, scope, {
    after: after && [after.windowStart, ...(JSON.parse(after.key) as [string, string])],
    limit: limit + 1,
  })
  const page = rows.slice(0, limit)
  const segments = await segmentsRound(pool, compute.id, page)
  const measures = new Map(compiled.definition.measures.map((measure) => [measure.name, measure]))
  const last = page.at(-1)
  return {
    cells: page.map((row) => cellOf(row, measures.get(row.measure), segmentAt(segments, row.windowStart))),
    nextCursor:
      last && rows.length > page.length
        ? encodeCursor(secret, bound, {
            windowStart: last.windowStart,
            key: JSON.stringify([last.key, last.measure]),
            publication: 0,
          })
        : null,
  }
}

export interface DivergenceTotals {
  differing: number
  beyond: number
  inFlight: number
  drifting: number
  difference: MeasureValue
}

/** What the differing cells of one measure come to. */
export async function totalDivergence(
  pool: Pool,
  query: DivergenceQuery & { measure: string },
): Promise<DivergenceTotals> {
  const scope = scopeOf(query)
  const totals = await totalFound(pool, scope, query.compiled.definition.batch.tolerance)
  return { ...totals, difference: valueOf(measureOf(query.compiled, query.measure), totals.difference) }
}

export function scopeOf(query: DivergenceQuery): FoundScope {
  const { compute, compiled, measure, keys, cause } = query
  const from = query.from ?? ever.from
  const to = query.to ?? ever.to
  if (from >= to)
    throw new AppError(
      'bad_request',
      `Reading divergence failed: from (${new Date(from).toISOString()}) is not before to (${new Date(to).toISOString()}). Ranges are half-open: pass an earlier from or a later to.`,
    )
  if (measure !== undefined) measureOf(compiled, measure)
  return {
    computeId: compute.id,
    from,
    to,
    measure: measure ?? null,
    keys: keys ?? null,
    cause: cause ?? null,
  }
}

export function measureOf(compiled: CompiledPipeline, name: string): Measure {
  const { measures, name: pipeline } = compiled.definition
  const found = measures.find((measure) => measure.name === name)
  if (found) return found
  throw new AppError(
    'bad_request',
    `Reading divergence failed: ${pipeline} has no measure ${JSON.stringify(name)}. It has ${measures.map((m) => m.name).join(', ')}.`,
  )
}

/** Decimals stay text, digit for digit; so do whole numbers that a double cannot hold. */
export function valueOf(measure: Measure | undefined, text: string | null): MeasureValue {
  if (text === null) return null
  if (measure !== undefined && 'type' in measure && measure.type === 'decimal') return text
  const value = Number(text)
  return Number.isInteger(value) && !Number.isSafeInteger(value) && /^-?\d+$/.test(text) ? text : value
}

function cellOf(row: FoundRow, measure: Measure | undefined, segment: Segment | undefined): DivergingCell {
  const value = (text: string | null) => valueOf(measure, text)
  const amounts = causes.map((cause) => [cause, value(row[cause])] as const)
  return {
    windowStart: row.windowStart,
    key: row.key,
    measure: row.measure,
    speed: value(row.speed),
    batch: value(row.batch),
    difference: value(row.difference),
    relative: row.relative,
    causes: Object.fromEntries(amounts) as Record<Cause, MeasureValue>,
    mainCause: row.mainCause,
    state: stateOf(row, segment),
    version: row.version,
  }
}

async function segmentsRound(pool: Pool, computeId: number, rows: readonly FoundRow[]): Promise<Segment[]> {
  const first = rows[0]
  const last = rows.at(-1)
  if (!first || !last) return []
  return readSegments(pool, computeId, { from: first.windowStart, to: last.windowStart + 1 }).then(
    ({ segments }) => segments,
  )
}

/** What was compared and what answers, over a range. */
export async function readSegments(
  pool: Pool,
  computeId: number,
  range: Range,
): Promise<{ segments: Segment[]; boundary: Instant | null }> {
  const compared = await comparedVersions(pool, computeId, range)
  const { entries, boundary } = await inForceOver(pool, computeId, range)
  return { segments: segmentsOf(range, compared, entries), boundary }
}

function limitOf(limit: number = divergenceLimit.default): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= divergenceLimit.max) return limit
  throw new AppError(
    'bad_request',
    `Reading divergence failed: limit is ${limit}, which is not a whole number from 1 to ${divergenceLimit.max}.`,
  )
}
