import type { Clock } from '../platform'
import type { Pool } from '../clients'
import type {
  AttributedCell,
  CompiledPipeline,
  DecisionScope,
  EventCounts,
  FirstSeqsScope,
  SqlRelation,
} from '../pipeline'
import type { Range } from '../serving'
import type { Cause } from './divergence-words'

/** The archive as a comparison reads it; see server/batch. */
export interface ComparedArchive {
  /** Segments of a type whose events may lie in the range; all of them without one. Null: there are none. */
  scan(type: string, range: Range | null): Promise<ComparedScan | null>
}

interface ComparedScan {
  relation: string
  columns: SqlRelation
  segments: { minTime: number; maxTime: number; rows: number }[]
}

/** What runs the statements of `attribution-sql`; a batch engine is one. */
export interface AttributionEngine {
  /** By partition, the first position after `scope.after` that has an event of the range. */
  firstSeqs(
    compiled: CompiledPipeline,
    scope: FirstSeqsScope,
    signal: AbortSignal | undefined,
  ): Promise<Map<number, number>>
  /** Decides every event of the range that speed and batch may have treated differently. */
  decide(
    compiled: CompiledPipeline,
    scope: DecisionScope,
    signal: AbortSignal | undefined,
  ): Promise<DecidedEvents>
}

export interface DecidedEvents {
  /** What the model says speed met: late and duplicate events by cell, in order of window and key's bytes. */
  counts(): AsyncIterable<EventCounts[]>
  /** The cells, step by step from what batch counts to what speed folded; in order of window, key's bytes and step. */
  steps(cells: CellNames): AsyncIterable<AttributedCell[]>
  close(): Promise<void>
}

export interface CellNames {
  windowStart: number[]
  key: string[]
}

export interface CompareDeps {
  pool: Pool
  clock: Clock
  engine: AttributionEngine
  archive: ComparedArchive
}

export interface CompareRequest {
  compiled: CompiledPipeline
  /** A staged version of the compiled definition. */
  versionId: number
  signal?: AbortSignal | undefined
}

/** What the comparison of one measure found; cells in flight are not in it. */
export interface MeasureComparison {
  cells: number
  differing: number
  beyond: number
  largest: { windowStart: number; key: string; relative: number } | null
  /** Decimal text by cause: what it adds to speed − batch over all cells. */
  causes: Partial<Record<Cause, string>>
  /** Cells that the cause touches. */
  causeCells: Partial<Record<Cause, number>>
  /** By `histogramEdges`. */
  histogram: number[]
}

export interface ComparisonSummary {
  versionId: number
  cells: number
  differing: number
  beyond: number
  drifting: number
  inFlight: number
  measures: Record<string, MeasureComparison>
  seconds: number
}
