import type { Pool } from '../clients'
import { answer, type CompiledPipeline, type Instant, type MeasureValue, type StoredCell } from '../pipeline'
import { AppError } from '../platform'
import { decodeCursor, encodeCursor } from './cursor'
import { cursorSecret } from './cursor-secret-store'
import { judge, mergeContributions, hasEvents, type Completeness, type Coverage } from './merge'
import { partialStretches, piecesOf } from './partial-stretches'
import { alignToWindows, type Range } from './ranges'
import { readPage, type PageMeta, type PageRow } from './values-store'

export const valuesLimit = { default: 100, max: 1_000 }

/** Bounds of what a window start can be, so that "everything" is a range too. */
export const timeBounds = { from: -8_640_000_000_000_000, to: 8_640_000_000_000_000 }

export interface ValuesQuery {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  /** Windows that start in [from, to). */
  from?: Instant | undefined
  to?: Instant | undefined
  key?: string | undefined
  measure?: string | undefined
  limit?: number | undefined
  cursor?: string | undefined
  /** As known then: figures of the publication in force at that instant, without the speed layer. */
  asOf?: Instant | undefined
}

export interface Provenance {
  /** Number of the batch version the figure rests on; null: speed alone. */
  version: number | null
  cut: { epoch: number; seqs: number[] } | null
  /** By partition, the last log message folded into the speed view; null where speed has no part (as-of reads). */
  speedSeq: number[] | null
}

export interface ValueCell {
  windowStart: Instant
  windowEnd: Instant
  key: string
  measures: Record<string, MeasureValue>
  completeness: Completeness
  /** What is missing, when partial. */
  hole?: string
  provenance: Provenance
}

export interface ValuesAnswer {
  /** By window, then key. A cell without accepted events does not exist. */
  values: ValueCell[]
  /** Where windows of the page lack events, with cells or without; null: the range has no such end. */
  partial: { from: Instant | null; to: Instant | null; hole: string }[]
  boundary: Instant | null
  position: { seqs: number[]; maxSeq: number }
  /** Lowest watermark of the partitions that have seen an event. */
  watermark: Instant | null
  publication: number
  /** The publication in force at `asOf`, when asked. */
  publicationAsOf: number | null
  /**
   * Set when the page before was served from another publication: this page is consistent in itself, continues
   * after the same cell, and is of the new one.
   */
  publicationChangedFrom: number | null
  nextCursor: string | null
}

/** One page of merged cells, read in one statement: all of it is of one publication and one moment. */
export async function readValues(pool: Pool, query: ValuesQuery): Promise<ValuesAnswer> {
  const { compute, compiled, from = timeBounds.from, to = timeBounds.to, key = null, asOf = null } = query
  checkRange(query)
  checkKey(key)
  const limit = checkLimit(query.limit)
  const measures = checkMeasure(compiled, query.measure)
  const bound = [compute.id, from, to, key, query.measure ?? null, asOf]
  const secret = await cursorSecret(pool)
  const start = query.cursor === undefined ? null : decodeCursor(secret, bound, query.cursor)
  const after = start ?? { windowStart: from - 1, key: '' }
  const { meta, rows } = await readPage(
    pool,
    {
      computeId: compute.id,
      from: Math.max(from, after.windowStart),
      to,
      after,
      limit: limit + 1,
      key,
    },
    asOf,
  )
  const cells = groupByCell(rows)
  const page = cells.slice(0, limit)
  const seqs = (meta.positions ?? []).map(({ seq }) => seq)
  const context = { compiled, measures, meta, speedSeq: asOf === null ? seqs : null }
  const next = nextPosition({ cells, page, meta, to })
  return {
    values: page.map((contributions) => valueOf(contributions, context)),
    partial: partialOf(
      { from: Math.max(from, after.windowStart), to: next === null ? to : next.windowStart + 1 },
      context,
    ),
    boundary: meta.boundary,
    position: { seqs, maxSeq: seqs.reduce((max, seq) => Math.max(max, seq), 0) },
    watermark: lowestWatermark(meta),
    publication: meta.publication,
    publicationAsOf: meta.asOf,
    publicationChangedFrom:
      start === null || start.publication === meta.publication ? null : start.publication,
    nextCursor:
      next === null ? null : encodeCursor(secret, bound, { ...next, publication: meta.publication }),
  }
}

function nextPosition(input: {
  cells: PageRow[][]
  page: PageRow[][]
  meta: PageMeta
  to: Instant
}): { windowStart: Instant; key: string } | null {
  const { cells, page, meta, to } = input
  const last = page.at(-1)?.[0]
  if (cells.length > page.length && last !== undefined)
    return { windowStart: last.windowStart, key: last.key }
  // Many ranges without a cell were passed over: the page ends at the horizon, the rest does not.
  return meta.horizon < to ? { windowStart: meta.horizon - 1, key: '' } : null
}

/** As of an instant, only where a version of then answers: the rest has no figure that could lack something. */
function partialOf(page: Range, { compiled, meta, speedSeq }: Context): ValuesAnswer['partial'] {
  const holes = meta.holes ?? []
  if (holes.length === 0) return []
  const covered = (meta.covered ?? []).flatMap((range) => {
    const version = meta.versions?.find(({ id }) => id === range.id)
    return version === undefined ? [] : [{ ...version, ...range }]
  })
  const { windowSizeMs } = compiled.definition
  const windows = alignToWindows(page, windowSizeMs)
  const pieces = piecesOf(windows, covered).filter(({ coverage }) => speedSeq !== null || coverage !== null)
  return partialStretches(pieces, holes, windowSizeMs).map(({ from, to, hole }) => ({
    from: page.from === timeBounds.from && from === windows.from ? null : from,
    to: to >= timeBounds.to ? null : to,
    hole,
  }))
}

function groupByCell(rows: readonly PageRow[]): PageRow[][] {
  const cells: PageRow[][] = []
  for (const row of rows) {
    const last = cells.at(-1)
    if (last?.[0]?.place === row.place) last.push(row)
    else cells.push([row])
  }
  return cells
}

interface Context {
  compiled: CompiledPipeline
  measures: string[] | null
  meta: PageMeta
  speedSeq: number[] | null
}

function valueOf(contributions: PageRow[], context: Context): ValueCell {
  const { compiled, meta, speedSeq } = context
  const first = contributions[0]
  if (first === undefined) throw new Error('a cell without contributions')
  const window = { from: first.windowStart, to: first.windowStart + compiled.definition.windowSizeMs }
  const found = meta.versions?.find(({ id }) => id === first.versionId)
  const coverage: Coverage | null = found ?? null
  const version = contributions.find(({ kind }) => kind === 'version')
  const buckets = contributions.filter(({ kind }) => kind === 'bucket')
  const cell = mergeContributions(compiled, version ?? null, buckets)
  const judged =
    first.kind === 'unavailable'
      ? { completeness: 'unavailable' as const, hole: null }
      : judge({ window, coverage, touchedAfterCut: buckets.length > 0, holes: meta.holes ?? [] })
  return {
    windowStart: window.from,
    windowEnd: window.to,
    key: first.key,
    measures: measuresOf(context, first.kind === 'unavailable' ? null : cell),
    completeness: judged.completeness,
    ...(judged.hole === null ? {} : { hole: judged.hole }),
    provenance: {
      version: coverage?.version ?? null,
      cut: coverage === null ? null : { epoch: coverage.epoch, seqs: coverage.cut },
      speedSeq,
    },
  }
}

function measuresOf(context: Context, cell: StoredCell | null): Record<string, MeasureValue> {
  const { compiled, measures } = context
  const names = measures ?? compiled.definition.measures.map(({ name }) => name)
  const all = cell === null || !hasEvents(cell) ? {} : answer(compiled, cell)
  return Object.fromEntries(names.map((name) => [name, all[name] ?? null]))
}

function lowestWatermark(meta: PageMeta): Instant | null {
  const seen = (meta.positions ?? []).flatMap(({ watermark }) => (watermark === null ? [] : [watermark]))
  return seen.length === 0 ? null : Math.min(...seen)
}

/** Refuses a range that is empty or reversed, naming both ends. */
export function checkRange({ from, to }: { from?: Instant | undefined; to?: Instant | undefined }): void {
  for (const [name, value] of Object.entries({ from, to })) {
    if (value !== undefined && (!Number.isSafeInteger(value) || Math.abs(value) > timeBounds.to)) {
      throw new AppError('bad_request', `Reading failed: ${name} is not an instant. Pass an ISO 8601 time.`)
    }
  }
  if (from !== undefined && to !== undefined && from >= to) {
    throw new AppError(
      'bad_request',
      `Reading failed: from (${new Date(from).toISOString()}) is not before to (${new Date(to).toISOString()}). Ranges are half-open: pass an earlier from or a later to.`,
    )
  }
}

function checkKey(key: string | null): void {
  if (key?.includes('\0') !== true) return
  throw new AppError('bad_request', 'Reading failed: key contains a NUL character, which no key can have.')
}

function checkLimit(limit: number = valuesLimit.default): number {
  if (Number.isInteger(limit) && limit >= 1 && limit <= valuesLimit.max) return limit
  throw new AppError(
    'bad_request',
    `Reading failed: limit is ${limit}, which is not a whole number from 1 to ${valuesLimit.max}.`,
  )
}

/** The one measure asked for, or null for all; refuses an unknown name, telling the known ones. */
export function checkMeasure(compiled: CompiledPipeline, measure: string | undefined): string[] | null {
  if (measure === undefined) return null
  const names = compiled.definition.measures.map(({ name }) => name)
  if (names.includes(measure)) return [measure]
  throw new AppError(
    'bad_request',
    `Reading failed: ${compiled.definition.name} has no measure ${JSON.stringify(measure)}. It has ${names.join(', ')}.`,
  )
}
