import type { CompiledPipeline, RecomputeScope } from '../pipeline'

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
  close(): Promise<void>
}
