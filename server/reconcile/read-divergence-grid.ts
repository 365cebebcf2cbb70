import type { Pool } from '../clients'
import type { Instant } from '../pipeline'
import { seriesStep } from '../serving'
import {
  existingCells,
  rankKeys,
  worstByStep,
  worstOfPipeline,
  type GridSort,
  type KeyCells,
} from './divergence-grid-store'
import type { Segment } from './divergence-segments'
import type { Cause } from './divergence-words'
import { packGrid, type PackedCells } from './pack-grid'
import { readSegments, scopeOf, type DivergenceTarget } from './read-divergence'

/** A grid never has more cells; beyond it windows are grouped, then keys cut, and the answer says so. */
export const gridLimits = { cells: 100_000, columns: 720, pipelineColumns: 120 }

export interface GridQuery extends DivergenceTarget {
  from: Instant
  to: Instant
  measure: string
  cause?: Cause | undefined
  sort: GridSort
  find?: string | undefined
}

export interface DivergenceGrid extends PackedCells {
  from: Instant
  to: Instant
  windowSizeMs: number
  /** Width of a column: the window, or several, of which the largest error is shown. */
  stepMs: number
  cols: number
  keys: string[]
  /** Keys with a compared cell in the range, shown or not. */
  totalKeys: number
  tolerance: number
  boundary: Instant | null
}

export async function readDivergenceGrid(pool: Pool, query: GridQuery): Promise<DivergenceGrid> {
  const { compute, compiled, sort } = query
  const { windowSizeMs, lateness, batch } = compiled.definition
  const stepMs = seriesStep(query, windowSizeMs, gridLimits.columns)
  const from = Math.floor(query.from / stepMs) * stepMs
  const to = Math.ceil(query.to / stepMs) * stepMs
  const cols = (to - from) / stepMs
  const most = Math.max(1, Math.floor(gridLimits.cells / cols))
  const { segments, boundary } = await readSegments(pool, compute.id, { from, to })
  const scope = scopeOf({ ...query, from, to })
  const ranked =
    sort === 'key' ? [] : await rankKeys(pool, scope, { sort, tolerance: batch.tolerance, limit: most })
  const existing = await existingCells(pool, segments, { from, stepMs, wanted: ranked, limit: most })
  const keys = keysShown(ranked, existing.keys, most)
  const worst = await worstByStep(pool, { ...scope, keys }, { stepMs, limit: gridLimits.cells })
  const packed = packGrid({
    keys,
    cols,
    from,
    stepMs,
    windowSizeMs,
    allowedMs: lateness.allowedMs,
    boundary,
    segments,
    existing: existing.keys,
    worst,
  })
  return {
    ...packed,
    from,
    to,
    windowSizeMs,
    stepMs,
    cols,
    keys,
    totalKeys: Math.max(existing.totalKeys, keys.length),
    tolerance: batch.tolerance,
    boundary,
  }
}

/** Those that differ in their order, then all others by name. A key that batch no longer finds is among the first. */
function keysShown(ranked: readonly string[], existing: readonly KeyCells[], most: number): string[] {
  return [...new Set([...ranked, ...existing.map(({ key }) => key)])].slice(0, most)
}

export interface PipelineRow extends PackedCells {
  pipeline: string
  windowSizeMs: number
  tolerance: number
  boundary: Instant | null
  /** By column: the key and measure of the largest error; empty where nothing differs. */
  worst: { col: number; what: string }[]
}

export interface PipelinesGrid {
  from: Instant
  to: Instant
  stepMs: number
  cols: number
  rows: PipelineRow[]
}

/** Round widths of a column, so that their edges are windows of most pipelines. */
const roundSteps = [1, 2, 5, 10, 15, 30, 60, 120, 180, 360, 720, 1_440, 2_880, 10_080].map((n) => n * 60_000)

/** Pipelines × time: of every pipeline the largest error in each stretch, whatever its key and measure. */
export async function readPipelinesGrid(
  pool: Pool,
  targets: readonly DivergenceTarget[],
  query: { from: Instant; to: Instant; cause?: Cause | undefined },
): Promise<PipelinesGrid> {
  const span = query.to - query.from
  const stepMs =
    roundSteps.find((step) => span / step <= gridLimits.pipelineColumns) ??
    Math.ceil(span / gridLimits.pipelineColumns / 60_000) * 60_000
  const from = Math.floor(query.from / stepMs) * stepMs
  const to = Math.ceil(query.to / stepMs) * stepMs
  const cols = (to - from) / stepMs
  const rows: PipelineRow[] = []
  for (const target of targets)
    rows.push(await pipelineRow(pool, target, { ...query, from, to, stepMs, cols }))
  return { from, to, stepMs, cols, rows }
}

async function pipelineRow(
  pool: Pool,
  target: DivergenceTarget,
  at: { from: Instant; to: Instant; stepMs: number; cols: number; cause?: Cause | undefined },
): Promise<PipelineRow> {
  const { compute, compiled } = target
  const { windowSizeMs, lateness, batch, name } = compiled.definition
  const { from, stepMs, cols } = at
  const { segments, boundary } = await readSegments(pool, compute.id, at)
  const worst = await worstOfPipeline(pool, scopeOf({ ...target, ...at }), stepMs)
  const packed = packGrid({
    keys: [name],
    cols,
    from,
    stepMs,
    windowSizeMs: Math.min(windowSizeMs, stepMs),
    allowedMs: lateness.allowedMs,
    boundary,
    segments,
    existing: [{ key: name, cols: columnsSeen(segments, at) }],
    worst: worst.map((cell) => ({ ...cell, key: name })),
  })
  return {
    ...packed,
    pipeline: name,
    windowSizeMs,
    tolerance: batch.tolerance,
    boundary,
    worst: worst.map(({ col, key }) => ({ col, what: key })),
  }
}

function columnsSeen(
  segments: readonly Segment[],
  { from, stepMs, cols }: { from: Instant; stepMs: number; cols: number },
): number[] {
  const seen = segments.filter(({ comparedBy }) => comparedBy !== null)
  return Array.from({ length: cols }, (_, col) => col).filter((col) =>
    seen.some((segment) => segment.to > from + col * stepMs && segment.from < from + (col + 1) * stepMs),
  )
}
