import { measureNumber } from '@/components/format'
import type { SeriesPoint } from '@/server/api'

export type SeriesMode = 'merged' | 'both' | 'difference'

export interface SeriesInput {
  points: SeriesPoint[]
  stepMs: number
  from: number
  to: number
  boundary: number | null
  measure: string
  mode: SeriesMode
  /** Counts and sums stand on zero; other measures may start elsewhere. */
  additive: boolean
  /** Relative difference that counts as equal. */
  tolerance: number
}

/** One place on the time axis. A layer that has no value there is null, and its line ends. */
export interface Row {
  /** Middle of the window: where its point is drawn. */
  t: number
  point: SeriesPoint | null
  batch: number | null
  speed: number | null
  partial: number | null
  difference: number | null
  /** Step of the relative error ramp, 0 to 6. */
  errorStep: number | null
}

export interface Span {
  from: number
  to: number
}
export interface StateRun extends Span {
  state: 'complete' | 'provisional' | 'partial'
}

export interface SeriesDrawing {
  mode: SeriesMode
  from: number
  to: number
  rows: Row[]
  /** Least and greatest value drawn; null when nothing is. */
  low: number
  high: number
  hasArea: boolean
  /** Where the answer may still change, to the right edge; null when nothing is provisional there. */
  provisional: Span | null
  boundary: number | null
  gaps: Span[]
  holes: (Span & { name: string })[]
  states: StateRun[]
  last: { t: number; value: number; provisional: boolean } | null
}

/** Decides everything a series chart shows; draws nothing. */
export function drawSeries(input: SeriesInput): SeriesDrawing {
  const points = input.points.filter((p) => p.windowEnd > input.from && p.windowStart < input.to)
  const rows = withGaps(points, input)
  if (input.mode === 'merged') joinLayers(rows)
  const values = rows.flatMap((r) => [r.batch, r.speed, r.partial, r.difference].filter((v) => v !== null))
  const { low, high } = extent(values, input)
  return {
    mode: input.mode,
    from: input.from,
    to: input.to,
    rows,
    low,
    high,
    hasArea: input.mode !== 'difference' && low === 0,
    provisional: provisionalSide(input),
    boundary: inside(input.boundary, input),
    gaps: gapsOf(points, input),
    holes: holesOf(points),
    states: statesOf(points, input.stepMs),
    last: lastOf(rows, input.mode),
  }
}

/** A row per point, and an empty row where windows are missing so that no line crosses them. */
function withGaps(points: SeriesPoint[], input: SeriesInput): Row[] {
  const rows: Row[] = []
  points.forEach((point, i) => {
    const before = points[i - 1]
    if (before && point.windowStart > before.windowEnd)
      rows.push(emptyRow((before.windowEnd + point.windowStart) / 2))
    rows.push(rowOf(point, input))
  })
  return rows
}

function emptyRow(t: number): Row {
  return { t, point: null, batch: null, speed: null, partial: null, difference: null, errorStep: null }
}

function rowOf(point: SeriesPoint, input: SeriesInput): Row {
  const row: Row = { ...emptyRow((point.windowStart + point.windowEnd) / 2), point }
  const batch = measureNumber(point.batch?.[input.measure])
  const speed = measureNumber(point.speed?.[input.measure])
  if (input.mode === 'both') return { ...row, batch, speed }
  if (input.mode === 'difference') {
    if (batch === null || speed === null) return row
    return { ...row, difference: speed - batch, errorStep: errorStep(speed, batch, input.tolerance) }
  }
  const merged = measureNumber(point.merged[input.measure])
  if (point.completeness === 'complete') return { ...row, batch: merged }
  if (point.completeness === 'partial') return { ...row, partial: merged }
  return { ...row, speed: merged }
}

/** The dotted line starts at the last solid point, so that the two read as one number. */
function joinLayers(rows: Row[]): void {
  for (let i = 1; i < rows.length; i++) {
    const before = rows[i - 1]
    const here = rows[i]
    if (!before || !here) continue
    if (before.batch !== null && here.speed !== null && here.batch === null) before.speed = before.batch
    if (here.batch !== null && before.speed !== null && before.batch === null) here.speed = here.batch
  }
}

/** Bands shift with the tolerance: step 1 ends at it, later ones at ×3, ×10, ×30, ×100. */
export function errorStep(speed: number, batch: number, tolerance: number): number {
  if (speed === batch) return 0
  const relative = batch === 0 ? Number.POSITIVE_INFINITY : Math.abs(speed - batch) / Math.abs(batch)
  const ends = [1, 3, 10, 30, 100].map((n) => n * tolerance)
  if (relative <= (ends[0] ?? 0)) return 1
  const step = ends.findIndex((end, i) => i > 0 && relative < end)
  return step === -1 ? 6 : step + 1
}

function extent(values: number[], input: SeriesInput): { low: number; high: number } {
  if (values.length === 0) return { low: 0, high: 1 }
  const low = Math.min(...values)
  const high = Math.max(...values)
  if (input.mode === 'difference') {
    const reach = Math.max(Math.abs(low), Math.abs(high)) || 1
    return { low: Math.min(low, -reach * 0.25), high: Math.max(high, reach * 0.25) }
  }
  const nearZero = input.additive || low <= 0 || low < (high - low) * 2
  return { low: nearZero ? Math.min(0, low) : low, high: nearZero ? Math.max(0, high) : high }
}

function inside(at: number | null, { from, to }: Span): number | null {
  return at !== null && at > from && at < to ? at : null
}

function provisionalSide({ boundary, from, to }: SeriesInput): Span | null {
  if (boundary === null) return { from, to }
  return boundary < to ? { from: Math.max(boundary, from), to } : null
}

/** Missing windows between two points; before the first and after the last one nothing is claimed. */
function gapsOf(points: SeriesPoint[], { stepMs }: SeriesInput): Span[] {
  const gaps: Span[] = []
  points.forEach((point, i) => {
    const before = points[i - 1]
    if (before && point.windowStart - before.windowEnd >= stepMs)
      gaps.push({ from: before.windowEnd, to: point.windowStart })
  })
  return gaps
}

function holesOf(points: SeriesPoint[]): (Span & { name: string })[] {
  const holes: (Span & { name: string })[] = []
  for (const point of points) {
    if (point.completeness !== 'partial') continue
    const last = holes.at(-1)
    const name = point.hole ?? 'part of the log'
    if (last?.to === point.windowStart && last.name === name) last.to = point.windowEnd
    else holes.push({ from: point.windowStart, to: point.windowEnd, name })
  }
  return holes
}

function statesOf(points: SeriesPoint[], stepMs: number): StateRun[] {
  const runs: StateRun[] = []
  for (const { completeness, windowStart, windowEnd } of points) {
    if (completeness === 'unavailable') continue
    const last = runs.at(-1)
    if (last?.state === completeness && windowStart - last.to < stepMs) last.to = windowEnd
    else runs.push({ from: windowStart, to: windowEnd, state: completeness })
  }
  return runs
}

function lastOf(rows: Row[], mode: SeriesMode): SeriesDrawing['last'] {
  if (mode === 'difference') return null
  for (let i = rows.length - 1; i >= 0; i--) {
    const row = rows[i]
    if (!row) continue
    const value = row.speed ?? row.partial ?? row.batch
    if (value !== null) return { t: row.t, value, provisional: row.batch === null }
  }
  return null
}
