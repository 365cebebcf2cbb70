import { mergeCells, type CellShape, type Instant, type StoredCell } from '../pipeline'
import type { Range } from './ranges'

/**
 * The merge: what is served for a cell is the version in force ⊕ every speed bucket after the version's cut.
 *
 * 1. A bucket belongs to one epoch, and a cut is the end of an epoch: each accepted event is either before the cut,
 *    and then in the version, or after it, and then in a bucket with a higher epoch. None twice, none missing.
 * 2. Without a version every bucket is after the cut (its epoch is −1).
 * 3. A value is never told without its completeness:
 *    - `partial`: a hole touches the window in the layer that answers for it, or events of the window are kept in
 *      quarantine; the figure lacks what was there.
 *    - `complete`: a version answers whose cut had read the log beyond the window's end, and nothing was accepted or
 *      deferred as late after it.
 *    - `provisional`: all else; speed alone, or batch with speed on top.
 *    - `unavailable`: what should answer is not kept; there is no figure.
 */
export type Completeness = 'complete' | 'provisional' | 'partial' | 'unavailable'

/** What answers for a window from batch. */
export interface Coverage {
  version: number
  epoch: number
  /** By partition, the last message before the cut. */
  cut: number[]
  /** Windows that end at or before this were closed at the cut, in every partition; null: none was. */
  settledTo: Instant | null
  /** When it was counted to its end. */
  finishedAt?: Instant | null
}

/** Events that a layer lacks, or that quarantine keeps from both; null times: unknown, so it may touch any window. */
export interface Hole {
  layer: 'speed' | 'archive' | 'quarantine'
  partition: number | null
  seqFrom: number
  seqTo: number
  fromTime: Instant | null
  toTime: Instant | null
  reason: string
  notedAt?: Instant
}

export interface Judgement {
  completeness: Completeness
  /** What is missing, when partial. */
  hole: string | null
}

export function mergeContributions(
  shape: CellShape,
  version: StoredCell | null,
  buckets: readonly StoredCell[],
): StoredCell | null {
  // A bucket that only counts late, duplicate or invalid events adds nothing, and must not make an exact
  // distinct or quantile approximate.
  const parts = buckets.filter(hasEvents)
  return parts.reduce<StoredCell | null>(
    (merged, part) => (merged === null ? part : mergeCells(shape, merged, part)),
    version,
  )
}

export const hasEvents = (cell: StoredCell): boolean => (cell.acc[0] ?? '0') !== '0'

export function judge(input: {
  window: Range
  coverage: Coverage | null
  /** Something was accepted, or counted late, after the version's cut. */
  touchedAfterCut: boolean
  holes: readonly Hole[]
}): Judgement {
  const { window, coverage, touchedAfterCut } = input
  const hole = input.holes.find((h) => touches(h, window) && answersFrom(h, coverage))
  if (hole !== undefined) return { completeness: 'partial', hole: describe(hole) }
  const settled = coverage?.settledTo ?? -Infinity
  const complete = coverage !== null && window.to <= settled && !touchedAfterCut
  return { completeness: complete ? 'complete' : 'provisional', hole: null }
}

function touches(hole: Hole, window: Range): boolean {
  return (hole.fromTime ?? -Infinity) < window.to && (hole.toTime ?? Infinity) >= window.from
}

/** A hole matters where its layer is the one that answers for the messages in it. */
function answersFrom(hole: Hole, coverage: Coverage | null): boolean {
  if (hole.layer === 'quarantine') return true
  if (coverage === null) return hole.layer === 'speed'
  const cuts = hole.partition === null ? coverage.cut : [coverage.cut[hole.partition] ?? 0]
  return hole.layer === 'archive'
    ? cuts.some((cut) => cut >= hole.seqFrom) && !isOlder(coverage, hole)
    : cuts.some((cut) => cut < hole.seqTo)
}

/** A version that was counted before the archive lost something holds it still. */
const isOlder = ({ finishedAt }: Coverage, { notedAt }: Hole): boolean =>
  notedAt !== undefined && (finishedAt ?? Infinity) < notedAt

function describe(hole: Hole): string {
  if (hole.layer === 'quarantine') return hole.reason
  const where = hole.partition === null ? '' : ` of partition ${hole.partition}`
  return `The ${hole.layer === 'speed' ? 'speed layer' : 'archive'} lacks messages ${hole.seqFrom} to ${hole.seqTo}${where}: ${hole.reason}`
}
