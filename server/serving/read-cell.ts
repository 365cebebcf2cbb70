import { answer, type CompiledPipeline, type Instant, type MeasureValue, type StoredCell } from '../pipeline'
import { hasEvents, judge, mergeContributions, type Completeness, type Hole } from './merge'
import type { Queryable } from './publication-store'
import { selectCell, type BucketRowOfCell, type CellRows, type VersionRowOfCell } from './read-cell-store'

export interface CellQuery {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  windowStart: Instant
  key: string
}

/** What speed counted of the cell in one epoch, over all partitions. */
export interface EpochPart {
  epoch: number
  /** After the cut of the version that answers: part of the served figure. */
  served: boolean
  measures: Record<string, MeasureValue>
  events: number
  late: number
  duplicate: number
  invalid: number
  /** Partitions that counted something, with the messages of the epoch: (seqFrom, seqTo]. */
  partitions: { partition: number; events: number; seqFrom: number; seqTo: number }[]
  /** Null: the epoch is open. */
  closedAt: Instant | null
}

/** The version that answers for the window. */
export interface VersionPart extends Omit<VersionRowOfCell, 'acc' | 'sketch' | 'version' | 'settledTo'> {
  number: number
  settledTo: Instant | null
  /** All null where the version has no such cell. */
  measures: Record<string, MeasureValue>
  events: number
}

export interface ExplainedCell {
  windowStart: Instant
  windowEnd: Instant
  key: string
  /** False: neither layer has counted, deferred or skipped anything of it. */
  exists: boolean
  /** The served figure: the version's ⊕ what speed counted after its cut. */
  measures: Record<string, MeasureValue>
  events: number
  completeness: Completeness
  hole: string | null
  publication: number
  version: VersionPart | null
  /** After the cut, oldest first. */
  speed: EpochPart[]
  /** At or before the cut: replaced by the version. */
  replaced: EpochPart[]
  /** What speed had counted of the cell at the version's cut; null where its buckets are no longer kept. */
  speedAtCut: Record<string, MeasureValue> | null
  partitions: {
    partition: number
    /** Last message the version has read; null without a version. */
    cutSeq: number | null
    /** Last message the speed layer has folded. */
    speedSeq: number
    watermark: Instant | null
  }[]
  /** Holes that touch the window; `matters` where the answer lacks what was in it. */
  holes: (Hole & { id: number; matters: boolean })[]
}

/** Takes one cell apart, read in one statement: the parts are of the same moment as the figure they add up to. */
export async function readCell(db: Queryable, query: CellQuery): Promise<ExplainedCell> {
  const { compute, compiled, windowStart, key } = query
  const window = { from: windowStart, to: windowStart + compiled.definition.windowSizeMs }
  const rows = await selectCell(db, { computeId: compute.id, window, key })
  return explainCell(compiled, { ...window, key }, rows)
}

export function explainCell(
  compiled: CompiledPipeline,
  { from, to, key }: { from: Instant; to: Instant; key: string },
  rows: CellRows,
): ExplainedCell {
  const { version: coverage, holes } = rows
  const cut = coverage?.epoch ?? -1
  const versionCell =
    coverage?.acc == null ? null : storedCell({ acc: coverage.acc, sketch: coverage.sketch })
  const after = rows.buckets.filter(({ epoch }) => epoch > cut)
  const before = rows.buckets.filter(({ epoch }) => epoch <= cut)
  const merged = mergeContributions(compiled, versionCell, after.map(storedCell))
  const touchedAfterCut = after.some((bucket) => hasEvents(storedCell(bucket)) || bucket.late > 0)
  const window = { from, to }
  const kept = !(rows.vacuumed ?? []).some(([f, t, epoch]) => f < to && from < t && epoch >= 0)
  return {
    windowStart: from,
    windowEnd: to,
    key,
    exists: versionCell !== null || rows.buckets.length > 0,
    measures: figures(compiled, merged),
    events: eventsOf(merged),
    ...judge({ window, coverage, touchedAfterCut, holes }),
    publication: rows.publication,
    version: coverage === null ? null : versionPart(compiled, coverage, versionCell),
    speed: epochParts(compiled, after, { rows, served: true }),
    replaced: epochParts(compiled, before, { rows, served: false }),
    speedAtCut:
      coverage === null || !kept
        ? null
        : figures(compiled, mergeContributions(compiled, null, before.map(storedCell))),
    partitions: rows.positions.map(({ partition, seq, watermark }) => ({
      partition,
      cutSeq: coverage?.cut[partition] ?? null,
      speedSeq: seq,
      watermark,
    })),
    holes: holes.map((hole) => ({
      ...hole,
      matters: judge({ window, coverage, touchedAfterCut, holes: [hole] }).hole !== null,
    })),
  }
}

function versionPart(
  compiled: CompiledPipeline,
  row: VersionRowOfCell,
  cell: StoredCell | null,
): VersionPart {
  const { acc: _acc, sketch: _sketch, version: number, ...rest } = row
  return { ...rest, number, measures: figures(compiled, cell), events: eventsOf(cell) }
}

function epochParts(
  compiled: CompiledPipeline,
  buckets: readonly BucketRowOfCell[],
  context: { rows: CellRows; served: boolean },
): EpochPart[] {
  const epochs = [...new Set(buckets.map(({ epoch }) => epoch))]
  return epochs.map((epoch) => {
    const group = buckets.filter((bucket) => bucket.epoch === epoch)
    const cell = mergeContributions(compiled, null, group.map(storedCell))
    const sum = (count: (bucket: BucketRowOfCell) => number) =>
      group.reduce((total, bucket) => total + count(bucket), 0)
    return {
      epoch,
      served: context.served,
      measures: figures(compiled, cell),
      events: eventsOf(cell),
      late: sum(({ late }) => late),
      duplicate: sum(({ duplicate }) => duplicate),
      invalid: sum(({ invalid }) => invalid),
      partitions: group.map((bucket) => ({
        partition: bucket.partition,
        events: Number(bucket.acc[0] ?? 0),
        ...stretchOf(context.rows, epoch, bucket.partition),
      })),
      closedAt: context.rows.epochs.find((closed) => closed.epoch === epoch)?.closedAt ?? null,
    }
  })
}

/** The messages of an epoch in a partition: behind the epoch before it, up to its end or to what is folded by now. */
function stretchOf(rows: CellRows, epoch: number, partition: number): { seqFrom: number; seqTo: number } {
  const endOf = (wanted: number) =>
    rows.epochs.find((closed) => closed.epoch === wanted && closed.partition === partition)?.seq
  const folded = rows.positions.find((position) => position.partition === partition)?.seq ?? 0
  return { seqFrom: endOf(epoch - 1) ?? 0, seqTo: endOf(epoch) ?? folded }
}

function storedCell({ acc, sketch }: { acc: (string | null)[]; sketch: string | null }): StoredCell {
  return { acc, sketch: sketch === null ? null : Buffer.from(sketch, 'hex') }
}

function figures(compiled: CompiledPipeline, cell: StoredCell | null): Record<string, MeasureValue> {
  const all = cell === null || !hasEvents(cell) ? {} : answer(compiled, cell)
  return Object.fromEntries(compiled.definition.measures.map(({ name }) => [name, all[name] ?? null]))
}

const eventsOf = (cell: StoredCell | null): number => (cell === null ? 0 : Number(cell.acc[0] ?? 0))
