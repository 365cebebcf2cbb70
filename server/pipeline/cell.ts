import type { Layout, Slot } from './measure/layout'
import { DDSketch } from './measure/ddsketch'
import { addDecimals } from './measure/float-sum'
import { HyperLogLog } from './measure/hyperloglog'
import {
  divideRounded,
  integerAnswer,
  parseScaled,
  plainText,
  roundFloat,
  scaledText,
  trimDecimal,
} from './measure/number-text'
import type { Sketch } from './measure/sketches'
import { decodeSketches, encodeSketches } from './measure/sketches'
import type { Definition, Measure, MeasureValue, StoredCell } from './types'

/** What cells of one definition look like; a compiled pipeline is one. */
export interface CellShape {
  definition: Definition
  layout: Layout
}

function emptySlot(slot: Slot): string | null {
  switch (slot.kind) {
    case 'integer':
    case 'float':
    case 'distinct':
      return '0'
    case 'decimal':
      return scaledText(0n, slot.scale)
    default:
      return null
  }
}

/** The cell of no events. */
export function emptyCell({ layout }: CellShape): StoredCell {
  return {
    acc: layout.slots.map(emptySlot),
    sketch: encodeSketches(decodeSketches(layout.sketches, null)),
  }
}

function addIntegers(a: string, b: string): string {
  const sum = Number(a) + Number(b)
  return Number.isSafeInteger(sum) && a.length < 16 && b.length < 16
    ? String(sum)
    : String(BigInt(a) + BigInt(b))
}

/** Merges slots that need no sketch. Null is "no value yet" and gives way. */
function mergeSlot(slot: Slot, a: string | null, b: string | null): string | null {
  if (a === null || b === null) return a ?? b
  switch (slot.kind) {
    case 'integer':
      return addIntegers(a, b)
    case 'float':
      return addDecimals(a, b)
    case 'decimal':
      return scaledText(parseScaled(a, slot.scale) + parseScaled(b, slot.scale), slot.scale)
    case 'minInteger':
    case 'minFloat':
      return Number(a) <= Number(b) ? a : b
    case 'maxInteger':
    case 'maxFloat':
      return Number(a) >= Number(b) ? a : b
    case 'minDecimal':
      return parseScaled(a, slot.scale) <= parseScaled(b, slot.scale) ? a : b
    case 'maxDecimal':
      return parseScaled(a, slot.scale) >= parseScaled(b, slot.scale) ? a : b
    case 'distinct':
    case 'quantile':
      throw new Error(`A ${slot.kind} slot merges by its sketch.`)
  }
}

export function sketchSlotText(slot: Slot, sketch: Sketch): string | null {
  if (sketch instanceof HyperLogLog) return String(sketch.estimate())
  const value = sketch.quantile(slot.q)
  return value === null ? null : plainText(roundFloat(value))
}

function isEmpty(sketch: Sketch): boolean {
  return sketch instanceof HyperLogLog ? sketch.isEmpty : sketch.count === 0
}

function mergeInto(target: Sketch, other: Sketch): void {
  if (target instanceof HyperLogLog && other instanceof HyperLogLog) target.merge(other)
  else if (target instanceof DDSketch && other instanceof DDSketch) target.merge(other)
  else throw new Error('Two sketches of different kinds cannot be merged.')
}

/**
 * How far a distinct slot is from its own sketch's estimate: a version's slot is exact, and stays so as far as the
 * events merged with it bring no new value.
 */
function correctionOf(text: string | null, sketch: Sketch): number {
  return sketch instanceof HyperLogLog ? Number(text ?? 0) - sketch.estimate() : 0
}

/** Merges b's sketch into a's and gives the slot's text. */
function mergeSketch(slot: Slot, a: StoredCell, b: StoredCell, sketches: [Sketch, Sketch], index: number) {
  const [mine, theirs] = sketches
  if (isEmpty(theirs)) return a.acc[index] ?? null
  if (isEmpty(mine)) {
    mergeInto(mine, theirs)
    return b.acc[index] ?? null
  }
  const correction = correctionOf(a.acc[index] ?? null, mine) + correctionOf(b.acc[index] ?? null, theirs)
  mergeInto(mine, theirs)
  const text = sketchSlotText(slot, mine)
  return correction === 0 ? text : String(Math.max(0, Number(text) + correction))
}

/**
 * The cell of both cells' events, of disjoint sets of events. Commutes and associates exactly. A distinct or quantile slot stays exact while the other side holds no value for it.
 */
export function mergeCells({ layout }: CellShape, a: StoredCell, b: StoredCell): StoredCell {
  if (layout.sketches.length === 0) {
    return {
      acc: layout.slots.map((slot, i) => mergeSlot(slot, a.acc[i] ?? null, b.acc[i] ?? null)),
      sketch: null,
    }
  }
  const mine = decodeSketches(layout.sketches, a.sketch)
  const theirs = decodeSketches(layout.sketches, b.sketch)
  const acc = layout.slots.map((slot, i) => {
    const left = mine[slot.sketch]
    const right = theirs[slot.sketch]
    return left === undefined || right === undefined
      ? mergeSlot(slot, a.acc[i] ?? null, b.acc[i] ?? null)
      : mergeSketch(slot, a, b, [left, right], i)
  })
  return { acc, sketch: encodeSketches(mine) }
}

/** The cell with its distinct and quantile slots as its sketches tell them. */
export function estimatedCell({ layout }: CellShape, cell: StoredCell): StoredCell {
  const sketches = decodeSketches(layout.sketches, cell.sketch)
  const acc = layout.slots.map((slot, i) => {
    const sketch = sketches[slot.sketch]
    return sketch === undefined ? (cell.acc[i] ?? null) : sketchSlotText(slot, sketch)
  })
  return { acc, sketch: cell.sketch }
}

/** The cell as versions keep it: floats at 12 significant digits. */
export function roundCell({ layout }: CellShape, cell: StoredCell): StoredCell {
  return { acc: layout.slots.map((slot, i) => roundSlot(slot, cell.acc[i] ?? null)), sketch: cell.sketch }
}

export function roundSlot(slot: Slot, text: string | null): string | null {
  if (text === null) return null
  switch (slot.kind) {
    case 'float':
    case 'minFloat':
    case 'maxFloat':
    case 'quantile':
      return plainText(roundFloat(Number(text)))
    default:
      return text
  }
}

/** Postgres array literal of a cell's slots. */
export function accText(acc: (string | null)[]): string {
  return `{${acc.map((text) => text ?? 'NULL').join(',')}}`
}

/** A float that overflowed is no number to answer with. */
function floatAnswer(value: number): number | null {
  return Number.isFinite(value) ? roundFloat(value) : null
}

function decimalAnswer(text: string, scale: number | null): string {
  return scale === null ? trimDecimal(text) : text
}

function meanAnswer(measure: Measure & { kind: 'mean' }, slot: Slot, sum: string, n: string): MeasureValue {
  if (n === '0') return null
  if (measure.type !== 'decimal') return floatAnswer(Number(sum) / Number(n))
  const mean = divideRounded(parseScaled(sum, slot.scale), BigInt(n))
  return decimalAnswer(scaledText(mean, slot.scale), measure.scale)
}

function answerMeasure(measure: Measure, slot: Slot, text: string | null, next: string | null): MeasureValue {
  if (text === null) return null
  switch (measure.kind) {
    case 'count':
    case 'distinct':
      return integerAnswer(text)
    case 'quantile':
      return floatAnswer(Number(text))
    case 'mean':
      return meanAnswer(measure, slot, text, next ?? '0')
    case 'sum':
    case 'min':
    case 'max':
      if (measure.type === 'int') return integerAnswer(text)
      return measure.type === 'float'
        ? floatAnswer(Number(text))
        : decimalAnswer(scaledText(parseScaled(text, slot.scale), slot.scale), measure.scale)
  }
}

/** What the cell answers, by measure. */
export function answer({ definition, layout }: CellShape, cell: StoredCell): Record<string, MeasureValue> {
  return Object.fromEntries(
    definition.measures.map((measure, i) => {
      const first = layout.firstSlot[i] ?? 0
      const slot = layout.slots[first]
      if (slot === undefined) throw new Error(`Measure ${measure.name} has no slot.`)
      return [
        measure.name,
        answerMeasure(measure, slot, cell.acc[first] ?? null, cell.acc[first + 1] ?? null),
      ]
    }),
  )
}

/**
 * What cells of different keys answer together. Their distinct values overlap, so more than one cell answers with
 * the estimate of the merged sketch.
 */
export function answerTotals(shape: CellShape, cells: StoredCell[]): Record<string, MeasureValue> {
  return answer(shape, mergeKeys(shape, cells))
}

/** The cell of several keys' events. */
export function mergeKeys(shape: CellShape, cells: StoredCell[]): StoredCell {
  const { layout } = shape
  const { acc } = emptyCell(shape)
  const sketches = decodeSketches(layout.sketches, null)
  const filled = sketches.map(() => 0)
  for (const cell of cells) {
    const theirs = decodeSketches(layout.sketches, cell.sketch)
    layout.slots.forEach((slot, i) => {
      const mine = sketches[slot.sketch]
      const other = theirs[slot.sketch]
      if (mine === undefined || other === undefined) {
        acc[i] = mergeSlot(slot, acc[i] ?? null, cell.acc[i] ?? null)
      } else if (!isEmpty(other)) {
        mergeInto(mine, other)
        filled[slot.sketch] = (filled[slot.sketch] ?? 0) + 1
        acc[i] = cell.acc[i] ?? null
      }
    })
  }
  layout.slots.forEach((slot, i) => {
    const sketch = sketches[slot.sketch]
    if (sketch !== undefined && (filled[slot.sketch] ?? 0) > 1) acc[i] = sketchSlotText(slot, sketch)
  })
  return { acc, sketch: encodeSketches(sketches) }
}
