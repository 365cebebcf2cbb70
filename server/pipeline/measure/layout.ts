import type { Measure } from '../types'
import { DEFAULT_SCALE } from './number-text'

/** How a slot's text reads and merges. */
export type SlotKind =
  | 'integer' // exact, added
  | 'decimal' // exact, fixed number of digits after the point, added
  | 'float' // added
  | 'minInteger'
  | 'maxInteger'
  | 'minDecimal'
  | 'maxDecimal'
  | 'minFloat'
  | 'maxFloat'
  | 'distinct' // from the sketch once merged
  | 'quantile' // from the sketch once merged

export interface Slot {
  kind: SlotKind
  /** Digits after the point of a decimal slot. */
  scale: number
  /** Index of the measure in the definition; -1: the number of events. */
  measure: number
  /** Index of the cell's sketch this slot summarises; -1: none. */
  sketch: number
  q: number
}

export interface SketchSlot {
  kind: 'distinct' | 'quantile'
  measure: number
  slot: number
}

export interface Layout {
  slots: Slot[]
  sketches: SketchSlot[]
  /** First slot of each measure. */
  firstSlot: number[]
}

export function scaleOf(measure: { scale: number | null }): number {
  return measure.scale ?? DEFAULT_SCALE
}

const SUFFIX = { int: 'Integer', float: 'Float', decimal: 'Decimal' } as const
const ADDED = { int: 'integer', float: 'float', decimal: 'decimal' } as const

/** Slots of one measure: what is stored for it, in order. */
function slotsOf(measure: Measure): { kind: SlotKind; scale: number }[] {
  switch (measure.kind) {
    case 'count':
      return [{ kind: 'integer', scale: 0 }]
    case 'sum':
      return [{ kind: ADDED[measure.type], scale: scaleOf(measure) }]
    case 'mean':
      return [
        { kind: ADDED[measure.type], scale: scaleOf(measure) },
        { kind: 'integer', scale: 0 },
      ]
    case 'min':
    case 'max':
      return [{ kind: `${measure.kind}${SUFFIX[measure.type]}`, scale: scaleOf(measure) }]
    case 'distinct':
    case 'quantile':
      return [{ kind: measure.kind, scale: 0 }]
  }
}

export function layoutOf(measures: Measure[]): Layout {
  const slots: Slot[] = [{ kind: 'integer', scale: 0, measure: -1, sketch: -1, q: 0 }]
  const sketches: SketchSlot[] = []
  const firstSlot: number[] = []
  measures.forEach((measure, index) => {
    firstSlot.push(slots.length)
    const isSketch = measure.kind === 'distinct' || measure.kind === 'quantile'
    for (const { kind, scale } of slotsOf(measure)) {
      const sketch = isSketch ? sketches.length : -1
      slots.push({ kind, scale, measure: index, sketch, q: measure.kind === 'quantile' ? measure.q : 0 })
    }
    if (isSketch) sketches.push({ kind: measure.kind, measure: index, slot: slots.length - 1 })
  })
  return { slots, sketches, firstSlot }
}
