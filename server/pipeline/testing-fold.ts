import { emptyCell, mergeCells } from './cell'
import { DedupeSet } from './dedupe'
import type { CellDelta, CompiledPipeline } from './fold'
import { fold, newPartitionState, takeDeltas, watermarkOf } from './fold'
import type { FoldCounters } from './compile-fold'
import type { Slot } from './measure/layout'
import { ALPHA } from './measure/ddsketch'
import { REGISTERS, SPARSE_ENTRIES } from './measure/hyperloglog'
import type { ReferenceCell } from './reference'
import { referenceNumbers, referenceSlots } from './reference'
import { batchOf, type History } from './testing-histories'
import type { Definition } from './types'

export interface Folded {
  /** By `${windowStart} ${key}`, merged over every commit and partition. */
  cells: Map<string, CellDelta>
  watermarks: Map<number, number>
  counters: FoldCounters
}

function addDelta(compiled: CompiledPipeline, cells: Map<string, CellDelta>, delta: CellDelta): void {
  const name = `${delta.windowStart} ${delta.key}`
  const base = cells.get(name) ?? { ...delta, cell: emptyCell(compiled), late: 0, duplicate: 0, invalid: 0 }
  cells.set(name, {
    ...delta,
    cell: mergeCells(compiled, base.cell, delta.cell),
    late: base.late + delta.late,
    duplicate: base.duplicate + delta.duplicate,
    invalid: base.invalid + delta.invalid,
  })
}

/**
 * Folds a history as workers would: each partition in order, cut into batches of the given sizes in turn, committing
 * (and once restarting, with the dedupe state rebuilt) after some of them.
 */
export function foldHistory(compiled: CompiledPipeline, history: History, sizes: number[]): Folded {
  const folded: Folded = {
    cells: new Map(),
    watermarks: new Map(),
    counters: { events: 0, accepted: 0, filtered: 0, late: 0, duplicate: 0, invalid: 0 },
  }
  const dedupeOptions = { horizonMs: compiled.definition.dedupeHorizonMs, seedLo: 7, seedHi: -9 }
  for (let partition = 0; partition < history.partitions; partition++) {
    const events = history.events.filter((event) => event.partition === partition)
    let state = newPartitionState(compiled, { watermark: null, dedupe: new DedupeSet(dedupeOptions) })
    for (let at = 0, turn = 0; at < events.length; turn++) {
      const size = sizes[turn % sizes.length] ?? 1
      fold(compiled, state, batchOf(events.slice(at, at + size), compiled.fields))
      at += size
      if (size % 3 === 0 && at < events.length) continue
      const taken = takeDeltas(state)
      for (const delta of taken.cells) addDelta(compiled, folded.cells, delta)
      for (const name of Object.keys(taken.counters) as (keyof FoldCounters)[]) {
        folded.counters[name] += taken.counters[name]
      }
      const dedupe = rebuild(dedupeOptions, events.slice(0, at))
      state = newPartitionState(compiled, { watermark: watermarkOf(state), dedupe })
    }
    const watermark = watermarkOf(state)
    if (watermark !== null) folded.watermarks.set(partition, watermark)
  }
  return folded
}

/** What a restarted worker knows: it reads the log again from the start of the previous generation. */
function rebuild(options: { horizonMs: number; seedLo: number; seedHi: number }, events: History['events']) {
  const dedupe = new DedupeSet(options)
  const from = dedupe.rebuildFrom(Math.max(...events.map((event) => event.logTime)))
  // From the first such message on, whatever the clock says later: it may have been set back.
  const first = events.findIndex((event) => event.logTime >= from)
  for (const { source, id, logTime } of events.slice(first)) dedupe.meet(source, id, logTime)
  return dedupe
}

function isClose(found: string | null, expected: string | null, within: number): boolean {
  if (found === null || expected === null) return found === expected
  return found === expected || Math.abs(Number(found) - Number(expected)) <= within
}

/** The slots where a cell differs from the reference, float sums within rounding, sketches within their bound. */
export function differences(
  definition: Definition,
  slots: Slot[],
  found: { acc: (string | null)[]; isExact: boolean },
  cell: ReferenceCell,
): string[] {
  const expected = referenceSlots(definition, cell)
  return slots.flatMap((slot, i) => {
    const [mine, theirs] = [found.acc[i] ?? null, expected[i] ?? null]
    const measure = definition.measures[slot.measure]
    const sizes = measure === undefined ? [] : referenceNumbers(measure, cell).map((x) => Math.abs(Number(x)))
    let within = 0
    if (slot.kind === 'float') within = sizes.reduce((sum, size) => sum + size, 0) * 1e-11
    // Seventeen decades below the largest value the buckets are collapsed; doubles below 1e-307 lose digits.
    if (slot.kind === 'quantile' && !found.isExact) {
      within = Math.abs(Number(theirs)) * (ALPHA + 1e-9) + Math.max(...sizes) * 2e-18 + 1e-307
    }
    if (slot.kind === 'distinct' && !found.isExact && Number(theirs) > SPARSE_ENTRIES) {
      within = Number(theirs) * ((4 * 1.04) / Math.sqrt(REGISTERS))
    }
    return isClose(mine, theirs, within) ? [] : [`slot ${i} (${slot.kind}): ${mine}, not ${theirs}`]
  })
}
