import {
  fold,
  takeDeltas,
  type CompiledPipeline,
  type DedupeOptions,
  type EventBatch,
  type PartitionState,
} from '../pipeline'
import { poisonOf, rowAt, tryAlone, type Poison, type PoisonRecord } from './poison'

interface GuardedFoldOptions {
  compiled: CompiledPipeline
  state: PartitionState
  poisons: PoisonRecord
  dedupe: DedupeOptions
}

/**
 * Folds into a partition's state. When the fold throws, so does every method here: the state is half changed then and
 * of no use, but what has thrown is remembered, and with another state from before it is found and left out.
 */
export class GuardedFold {
  readonly #options: GuardedFoldOptions

  constructor(options: GuardedFoldOptions) {
    this.#options = options
  }

  /** Answers the events that were left out. */
  fold(batch: EventBatch): readonly Poison[] {
    const { compiled, state, poisons } = this.#options
    if (poisons.mustLook(batch.seq[0] ?? 0)) return this.#foldEach(batch)
    try {
      fold(compiled, state, batch)
    } catch (error) {
      poisons.suspect(batch.seq[batch.n - 1] ?? 0)
      throw error
    }
    return none
  }

  /** What changed since the last call, by events up to `seq`. */
  takeDeltas(seq: number): ReturnType<typeof takeDeltas> {
    const { state, poisons } = this.#options
    try {
      return takeDeltas(state)
    } catch (error) {
      poisons.suspect(seq)
      throw error
    }
  }

  /** Remembers an event, and the time it tells, without folding it. */
  meet(batch: EventBatch, i: number): void {
    const { compiled, state } = this.#options
    const logTime = batch.logTime[i] as number
    state.dedupe.meet(batch.source[i] as string, batch.id[i] as string, logTime)
    const seen = Math.min(batch.time[i] as number, logTime) - compiled.definition.lateness.outOfOrderMs
    if (seen > state.watermark) state.watermark = seen
  }

  #foldEach(batch: EventBatch): Poison[] {
    const { compiled, state, poisons, dedupe } = this.#options
    const leftOut: Poison[] = []
    for (let i = 0; i < batch.n; i++) {
      const row = rowAt(batch, i)
      const poison = poisons.met(row) ?? tryAlone(compiled, row, dedupe)
      if (poison !== null) {
        poisons.found(poison)
        leftOut.push(poison)
        // As when marks and watermark are rebuilt.
        this.meet(row, 0)
        continue
      }
      try {
        fold(compiled, state, row)
      } catch (error) {
        poisons.remember(poisonOf(row, error))
        throw error
      }
    }
    return leftOut
  }
}

const none: readonly Poison[] = []
