import type { Pool } from '../clients'
import type { CompiledPipeline, Instant, MeasureValue } from '../pipeline'
import { AppError } from '../platform'
import { judge, type Completeness } from './merge'
import { piecesOf } from './partial-stretches'
import { alignToWindows, type Range } from './ranges'
import { keptBySpeed, sketchMeasures, watermarkOf } from './read-series'
import { checkMeasure, checkRange } from './read-values'
import { answerOf, byPoint, layersOf } from './totals'
import { readKeyTotals, type Rank, type TotalRow, type TotalsMeta } from './totals-store'

export const topKeysLimit = 100

export interface TopKeysQuery extends Range {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  measure: string
  limit?: number | undefined
}

export interface TopKey {
  key: string
  /** The merged figure of the measure asked for. */
  value: MeasureValue
  /** Its share of all keys' total, 0 to 1; null for a measure that does not add up. */
  share: number | null
  measures: Record<string, MeasureValue>
  /** What batch says over the windows it covers; null where it covers none. */
  batch: MeasureValue
  /** What speed had counted of the same windows at the same cuts; null where some of it is no longer kept. */
  speed: MeasureValue
  /** speed − batch, as the exactness of the measure allows; null where one is missing. */
  difference: number | null
  completeness: Completeness
}

export interface TopKeysAnswer {
  keys: TopKey[]
  /** How many keys have events in the range. */
  total: number
  /** What the range lacks, of these keys or of others; null where no hole touches it. */
  hole: string | null
  /** The order or the figures rest on sketches. */
  approximate: boolean
  boundary: Instant | null
  watermark: Instant | null
  publication: number
}

/** The keys with the greatest merged figure over a range, read in one statement. */
export async function readTopKeys(pool: Pool, query: TopKeysQuery): Promise<TopKeysAnswer> {
  const { compute, compiled, measure } = query
  checkRange(query)
  checkMeasure(compiled, measure)
  const { windowSizeMs, measures } = compiled.definition
  const names = measures.map(({ name }) => name)
  const range = alignToWindows(query, windowSizeMs)
  const { meta, rows } = await readKeyTotals(pool, {
    ...range,
    computeId: compute.id,
    shape: compiled,
    withBefore: true,
    withSketches: sketchMeasures(compiled).length > 0,
    rank: rankBy(compiled, measure),
    limit: checkLimit(query.limit),
  })
  const context = { compiled, measure, names, meta, range }
  const keys = byPoint(rows).map((group) => topKey(group[0]?.key ?? '', group, context))
  const sketched = sketchMeasures(compiled).includes(measure)
  // A distinct or quantile over windows is only known once its sketches are merged: order the found keys again.
  if (sketched) keys.sort((a, b) => Number(b.value ?? -Infinity) - Number(a.value ?? -Infinity))
  return {
    keys,
    total: meta.keys ?? keys.length,
    hole: judgedPieces(range, meta, false).find(({ hole }) => hole !== null)?.hole ?? null,
    approximate: sketched,
    boundary: meta.boundary,
    watermark: watermarkOf(meta),
    publication: meta.publication,
  }
}

interface Context {
  compiled: CompiledPipeline
  measure: string
  names: string[]
  meta: TotalsMeta
  range: Range
}

function topKey(key: string, rows: TotalRow[], context: Context): TopKey {
  const { compiled, measure, names, meta, range } = context
  const { merged, batch, touchedAfterCut } = layersOf(compiled, rows)
  const atCut = layersOf(
    compiled,
    rows.filter(({ kind }) => kind === 'before'),
  ).speed
  const measured = answerOf(compiled, merged, names)
  const value = measured[measure] ?? null
  const batchValue = answerOf(compiled, batch, names)[measure] ?? null
  const speedValue = keptBySpeed(meta)(range) ? (answerOf(compiled, atCut, names)[measure] ?? null) : null
  return {
    key,
    value,
    share: shareOf(value, meta.rankTotal, compiled, measure),
    measures: measured,
    batch: batchValue,
    speed: speedValue,
    difference: batchValue === null || speedValue === null ? null : Number(speedValue) - Number(batchValue),
    completeness: completenessOf(range, meta, touchedAfterCut),
  }
}

function completenessOf(range: Range, meta: TotalsMeta, touchedAfterCut: boolean): Completeness {
  const pieces = judgedPieces(range, meta, touchedAfterCut).map(({ completeness }) => completeness)
  if (pieces.includes('partial')) return 'partial'
  return pieces.includes('provisional') ? 'provisional' : 'complete'
}

const judgedPieces = (range: Range, meta: TotalsMeta, touchedAfterCut: boolean) =>
  piecesOf(range, meta.covered ?? []).map((piece) =>
    judge({ ...piece, touchedAfterCut, holes: meta.holes ?? [] }),
  )

function rankBy(compiled: CompiledPipeline, measure: string): Rank {
  const index = compiled.definition.measures.findIndex(({ name }) => name === measure)
  const slot = compiled.layout.firstSlot[index] ?? 0
  switch (compiled.definition.measures[index]?.kind) {
    case 'count':
    case 'sum':
      return { kind: 'sum', slot }
    case 'mean':
      return { kind: 'mean', sum: slot, count: slot + 1 }
    case 'min':
      return { kind: 'min', slot }
    default:
      return { kind: 'max', slot }
  }
}

function shareOf(
  value: MeasureValue,
  total: string | null,
  compiled: CompiledPipeline,
  measure: string,
): number | null {
  const kind = compiled.definition.measures.find(({ name }) => name === measure)?.kind
  if (kind !== 'count' && kind !== 'sum') return null
  return value === null || total === null || Number(total) === 0 ? null : Number(value) / Number(total)
}

function checkLimit(limit = 10): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= topKeysLimit) return limit
  throw new AppError(
    'bad_request',
    `Reading the top keys failed: limit is ${limit}, which is not a whole number from 1 to ${topKeysLimit}.`,
  )
}
