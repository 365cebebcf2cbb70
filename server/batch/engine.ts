import type {
  AttributedCell,
  CompiledPipeline,
  DecisionScope,
  EventCounts,
  FirstSeqsScope,
  RecomputeScope,
  RepeatsScope,
} from '../pipeline'

/** One row of a version as an engine gives it: slots as a Postgres array literal, sketches in hex. */
export interface EngineCell {
  windowStart: number
  key: string
  accText: string
  sketchHex: string | null
}

/**
 * Runs the pipeline's SQL over the archive. Whatever the engine, its parallelism and the chunks it is asked for, the
 * cells are the same, ordered by window and then by the bytes of the key.
 */
export interface BatchEngine {
  readonly name: string
  /** At most a few thousand cells at a time, never a whole result. Aborting the signal stops the statement. */
  cells(
    compiled: CompiledPipeline,
    scope: RecomputeScope,
    signal: AbortSignal | undefined,
  ): AsyncIterable<EngineCell[]>
  /** Finds, once for all chunks of a run, the events up to a cut that repeat an earlier one; to be closed. */
  repeats(compiled: CompiledPipeline, scope: RepeatsScope, signal: AbortSignal | undefined): Promise<Repeats>
  /** By partition, the first message after a cut that has an event of a range. */
  firstSeqs(
    compiled: CompiledPipeline,
    scope: FirstSeqsScope,
    signal: AbortSignal | undefined,
  ): Promise<Map<number, number>>
  /** Decides the events of a range that the layers may have treated unlike; to be closed. */
  decide(
    compiled: CompiledPipeline,
    scope: DecisionScope,
    signal: AbortSignal | undefined,
  ): Promise<DecidedEvents>
  close(): Promise<void>
}

export interface Repeats {
  /** A FROM item for `RecomputeScope.repeats`. */
  relation: string
  close(): Promise<void>
}

export interface DecidedEvents {
  /** Late and duplicate events by cell, ordered by window and then by the bytes of the key. */
  counts(): AsyncIterable<EventCounts[]>
  /** Cells step by step from what batch counts to what was served, ordered likewise and then by step. */
  steps(cells: { windowStart: number[]; key: string[] }): AsyncIterable<AttributedCell[]>
  close(): Promise<void>
}
