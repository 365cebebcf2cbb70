import type { Pool } from '../clients'
import type { CompiledPipeline, Instant, MeasureValue } from '../pipeline'
import { AppError } from '../platform'
import { judge, type Completeness, type Hole, type Judgement } from './merge'
import { alignToWindows, intersection, overlaps, subtract, type Range } from './ranges'
import { checkMeasure, checkRange } from './read-values'
import { answerOf, byPoint, layersOf, type LayerTotals } from './totals'
import { readPointTotals, type TotalsMeta } from './totals-store'

export type Layer = 'merged' | 'batch' | 'speed'
export const seriesPointsLimit = 2_000

export interface SeriesQuery extends Range {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  /** One key; all keys together when absent. */
  key?: string | null | undefined
  /** One measure; all when absent. */
  measure?: string | undefined
  /** `merged` is always told. */
  layers?: readonly Layer[] | undefined
  /** At most 2,000. */
  maxPoints?: number | undefined
  /** A step told by `seriesStep` for a longer range: points that replace some of that range's. */
  stepMs?: number | undefined
}

export interface SeriesPoint extends Judgement {
  windowStart: Instant
  windowEnd: Instant
  completeness: Completeness
  merged: Record<string, MeasureValue>
  /** Null where no version answers, or not asked for. */
  batch: Record<string, MeasureValue> | null
  /** Null where the speed view holds nothing (any more), or not asked for. */
  speed: Record<string, MeasureValue> | null
}

export interface SeriesAnswer {
  /** Points with events, and those that lack some, in order. */
  points: SeriesPoint[]
  /** Width of a point: a window, or several where the range has more windows than points may be shown. */
  stepMs: number
  grouped: boolean
  boundary: Instant | null
  watermark: Instant | null
  publication: number
  /** Measures that are an estimate in at least one point, because sketches were merged. */
  approximate: string[]
  /** Measures that some point could not tell, because there were too many sketches: ask for fewer windows or a key. */
  omitted: string[]
}

/** Totals per window over a range, read in one statement. */
export async function readSeries(pool: Pool, query: SeriesQuery): Promise<SeriesAnswer> {
  const { compute, compiled, key = null, layers = ['merged', 'batch', 'speed'] } = query
  checkRange(query)
  const { windowSizeMs, measures } = compiled.definition
  const range = alignToWindows(query, windowSizeMs)
  const stepMs = query.stepMs ?? stepOf(range, windowSizeMs, checkPoints(query.maxPoints))
  const names = checkMeasure(compiled, query.measure) ?? measures.map(({ name }) => name)
  const sketched = sketchMeasures(compiled).filter((name) => names.includes(name))
  const { meta, rows } = await readPointTotals(pool, {
    ...range,
    computeId: compute.id,
    shape: compiled,
    key,
    stepMs,
    withBefore: layers.includes('speed'),
    withSketches: sketched.length > 0,
  })
  const flags = { approximate: false, omits: false }
  const judgePoint = judgeOver(meta)
  const kept = keptBySpeed(meta)
  const groups = new Map(byPoint(rows).map((group) => [group[0]?.point ?? 0, group]))
  const starts = (meta.holes ?? []).length > 0 ? startsOf(range, stepMs) : [...groups.keys()]
  const points = starts.flatMap((start) => {
    const point = intersection({ from: start, to: start + stepMs }, range)
    const totals = layersOf(compiled, groups.get(start) ?? [])
    if (point === null) return []
    const judged = judgePoint(point, totals.touchedAfterCut)
    const isEmpty = totals.merged === null && totals.speed === null
    // Nothing counted is no point, but where events are lacking it must be said.
    if (isEmpty && judged.completeness !== 'partial') return []
    noteFlags(flags, totals)
    return [
      {
        windowStart: point.from,
        windowEnd: point.to,
        ...judged,
        merged: answerOf(compiled, totals.merged, names),
        batch:
          layers.includes('batch') && totals.batch !== null ? answerOf(compiled, totals.batch, names) : null,
        speed:
          layers.includes('speed') && totals.speed !== null && kept(point)
            ? answerOf(compiled, totals.speed, names)
            : null,
      },
    ]
  })
  return {
    points,
    stepMs,
    grouped: stepMs > windowSizeMs,
    boundary: meta.boundary,
    watermark: watermarkOf(meta),
    publication: meta.publication,
    approximate: flags.approximate ? sketched : [],
    omitted: flags.omits ? sketched : [],
  }
}

export function sketchMeasures(compiled: CompiledPipeline): string[] {
  return compiled.definition.measures
    .filter(({ kind }) => kind === 'distinct' || kind === 'quantile')
    .map(({ name }) => name)
}

function startsOf({ from, to }: Range, stepMs: number): number[] {
  const first = Math.floor(from / stepMs) * stepMs
  return Array.from({ length: Math.max(0, Math.ceil((to - first) / stepMs)) }, (_, i) => first + i * stepMs)
}

/** The width of a point that `readSeries` chooses for a range. */
export const seriesStep = (range: Range, windowSizeMs: number, maxPoints: number): number =>
  stepOf(alignToWindows(range, windowSizeMs), windowSizeMs, maxPoints)

function stepOf({ from, to }: Range, windowSizeMs: number, maxPoints: number): number {
  const windows = Math.ceil((to - from) / windowSizeMs)
  // Points lie on multiples of the step, so that they do not move with the range; one more may then be cut at the end.
  return windows <= maxPoints ? windowSizeMs : Math.ceil(windows / Math.max(1, maxPoints - 1)) * windowSizeMs
}

function checkPoints(maxPoints: number = seriesPointsLimit): number {
  if (Number.isInteger(maxPoints) && maxPoints >= 2 && maxPoints <= seriesPointsLimit) return maxPoints
  throw new AppError(
    'bad_request',
    `Reading the series failed: maxPoints is ${maxPoints}, which is not a whole number from 2 to ${seriesPointsLimit}.`,
  )
}

/** Judges points in ascending order: a point is as complete as the least complete of its windows. */
function judgeOver(meta: TotalsMeta): (point: Range, touchedAfterCut: boolean) => Judgement {
  const covered = meta.covered ?? []
  const holes: Hole[] = meta.holes ?? []
  let passed = 0
  return (point, touchedAfterCut) => {
    while ((covered[passed]?.to ?? Infinity) <= point.from) passed++
    const pieces = []
    for (let i = passed; i < covered.length; i++) {
      const coverage = covered[i]
      const window = coverage === undefined ? null : intersection(coverage, point)
      if (coverage === undefined || window === null) break
      pieces.push({ window, coverage })
    }
    const bare = subtract(
      point,
      pieces.map(({ window }) => window),
    ).map((window) => ({ window, coverage: null }))
    const judged = [...pieces, ...bare].map((piece) => judge({ ...piece, touchedAfterCut, holes }))
    return (
      judged.find(({ completeness }) => completeness === 'partial') ??
      judged.find(({ completeness }) => completeness === 'provisional') ?? {
        completeness: 'complete',
        hole: null,
      }
    )
  }
}

/** Whether the speed view still has all its buckets of a stretch. */
export function keptBySpeed(meta: TotalsMeta): (range: Range) => boolean {
  const gone = (meta.vacuumed ?? []).map(([from, to]) => ({ from, to }))
  return (range) => !gone.some((stretch) => overlaps(stretch, range))
}

export function watermarkOf(meta: TotalsMeta): Instant | null {
  const seen = (meta.positions ?? []).flatMap(({ watermark }) => (watermark === null ? [] : [watermark]))
  return seen.length === 0 ? null : Math.min(...seen)
}

function noteFlags(flags: { approximate: boolean; omits: boolean }, totals: LayerTotals): void {
  for (const total of [totals.merged, totals.batch, totals.speed]) {
    flags.approximate ||= total?.approximate ?? false
    flags.omits ||= total?.omitsSketches ?? false
  }
}
