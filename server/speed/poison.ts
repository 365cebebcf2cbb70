import {
  DedupeSet,
  fold,
  newPartitionState,
  takeDeltas,
  type CompiledPipeline,
  type DedupeOptions,
  type EventBatch,
} from '../pipeline'
import { limits } from './limits'

/** An event whose fold throws. */
export interface Poison {
  seq: number
  index: number
  /** Of the event. */
  time: number
  /** What the fold threw. */
  message: string
}

/**
 * What is known of a partition whose fold has thrown. It outlives the partition's state: a throw leaves that half
 * changed, so it is dropped, and the log is read again from what is committed, this time event by event.
 */
export class PoisonRecord {
  #lookTo = 0
  readonly #met = new Map<string, Poison>()

  /** Something up to `seq` makes the fold throw. */
  suspect(seq: number): void {
    this.#lookTo = Math.max(this.#lookTo, seq)
  }

  /** Where one was, others are likely: reading anew for each of them would take for ever. */
  found({ seq }: Poison): void {
    this.suspect(seq + limits.lookAfterPoison)
  }

  /** It threw only with what was folded before it. */
  remember(poison: Poison): void {
    this.found(poison)
    this.#met.set(nameOf(poison), poison)
  }

  mustLook(seq: number): boolean {
    return seq <= this.#lookTo
  }

  met(row: EventBatch): Poison | null {
    return this.#met.get(nameOf({ seq: row.seq[0] ?? 0, index: row.index[0] ?? 0 })) ?? null
  }

  /** Nothing up to here is read again. */
  forgetUpTo(seq: number): void {
    for (const [name, poison] of this.#met) if (poison.seq <= seq) this.#met.delete(name)
  }
}

const nameOf = ({ seq, index }: Pick<Poison, 'seq' | 'index'>) => `${seq}/${index}`

/** Folds one event into a state of its own; null when that works. */
export function tryAlone(compiled: CompiledPipeline, row: EventBatch, dedupe: DedupeOptions): Poison | null {
  try {
    const state = newPartitionState(compiled, { watermark: null, dedupe: new DedupeSet(dedupe) })
    fold(compiled, state, row)
    takeDeltas(state)
    return null
  } catch (error) {
    return poisonOf(row, error)
  }
}

export function poisonOf(row: EventBatch, error: unknown): Poison {
  const message = (error instanceof Error ? error.message : String(error)).slice(0, limits.poisonReason)
  return { seq: row.seq[0] ?? 0, index: row.index[0] ?? 0, time: row.time[0] ?? 0, message }
}

/** One event of a batch. */
export function rowAt(batch: EventBatch, i: number): EventBatch {
  const at = <T>(values: T[]): T[] => values.slice(i, i + 1)
  // No prototype: a field may be called __proto__.
  const columns = Object.create(null) as EventBatch['columns']
  for (const name of Object.keys(batch.columns)) columns[name] = at(batch.columns[name] ?? [])
  return {
    type: batch.type,
    partition: batch.partition,
    n: 1,
    seq: at(batch.seq),
    index: at(batch.index),
    logTime: at(batch.logTime),
    time: at(batch.time),
    source: at(batch.source),
    id: at(batch.id),
    subject: at(batch.subject),
    columns,
  }
}
