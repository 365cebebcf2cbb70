import type { CellShape } from './cell'
import {
  compileFold,
  type DeltaCell,
  type FoldCounters,
  type FoldProgram,
  type FoldTarget,
  type LongKey,
} from './compile-fold'
import type { DedupeSet } from './dedupe'
import { layoutOf } from './measure/layout'
import type { Definition, EventBatch, Instant, StoredCell } from './types'

export interface CompiledPipeline extends CellShape {
  /** Top-level fields of `data` that the pipeline reads. */
  fields: string[]
  program: FoldProgram
}

/** Fold state of one partition: where the log has brought it, and what changed since the last commit. */
export interface PartitionState extends FoldTarget {
  compiled: CompiledPipeline
}

/** What a cell gained since the last commit. `late`, `duplicate` and `invalid` count causes, `cell` the events. */
export interface CellDelta {
  windowStart: Instant
  key: string
  cell: StoredCell
  late: number
  duplicate: number
  /** Operands that were present but unusable. */
  invalid: number
}

export function compilePipeline(definition: Definition): CompiledPipeline {
  const layout = layoutOf(definition.measures)
  return { definition, layout, ...compileFold(definition, layout) }
}

function noCounters(): FoldCounters {
  return { events: 0, accepted: 0, filtered: 0, late: 0, duplicate: 0, invalid: 0 }
}

/** `watermark` null: no event yet, so nothing is late. */
export function newPartitionState(
  compiled: CompiledPipeline,
  from: { watermark: Instant | null; dedupe: DedupeSet },
): PartitionState {
  return {
    compiled,
    watermark: from.watermark ?? -Infinity,
    dedupe: from.dedupe,
    deltas: new Map(),
    deltaCells: 0,
    counters: noCounters(),
    longKeys: [],
  }
}

export function watermarkOf(state: PartitionState): Instant | null {
  return state.watermark === -Infinity ? null : state.watermark
}

/** Folds events in log order. The batch must be of the pipeline's event type and the state's partition. */
export function fold(compiled: CompiledPipeline, state: PartitionState, batch: EventBatch): void {
  compiled.program.fold(state, batch)
}

/** Takes what changed since the last call out of the state. */
export function takeDeltas(state: PartitionState): {
  cells: CellDelta[]
  counters: FoldCounters
  longKeys: LongKey[]
} {
  const { compiled, counters, longKeys } = state
  const cells: CellDelta[] = []
  for (const [windowStart, byKey] of state.deltas) {
    for (const [key, cell] of byKey) cells.push(deltaOf(compiled, windowStart, key, cell))
  }
  state.deltas = new Map()
  state.deltaCells = 0
  state.counters = noCounters()
  state.longKeys = []
  return { cells, counters, longKeys }
}

function deltaOf(compiled: CompiledPipeline, windowStart: Instant, key: string, cell: DeltaCell): CellDelta {
  return {
    windowStart,
    key,
    cell: compiled.program.store(cell),
    late: cell.late,
    duplicate: cell.duplicate,
    invalid: cell.invalid,
  }
}
