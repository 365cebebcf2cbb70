import { expressionRuntime } from './expression/runtime'
import { RowSource } from './expression/compile'
import { sketchSlotText } from './cell'
import type { DedupeSet } from './dedupe'
import { DDSketch } from './measure/ddsketch'
import { distinctEntry } from './measure/distinct-hash'
import { addFloatCode, floatSumText } from './measure/float-sum'
import { HyperLogLog } from './measure/hyperloglog'
import type { Layout, Slot } from './measure/layout'
import { scaleOf } from './measure/layout'
import { plainText, scaledText, scaleNumber } from './measure/number-text'
import { isUsableKey, readDecimal, readInteger } from './measure/operand'
import { encodeSketches } from './measure/sketches'
import type { Definition, EventBatch, Measure, Node, NumberType, StoredCell } from './types'

/** Accumulators of one key in one window, with one field or two for each measure; its class is generated. */
export interface DeltaCell {
  n: number
  late: number
  duplicate: number
  invalid: number
}

/** What happened to the events folded. Late events that were folded nevertheless count as late and as accepted. */
export interface FoldCounters {
  events: number
  accepted: number
  filtered: number
  late: number
  duplicate: number
  /** Events without a usable key. */
  invalid: number
}

export interface FoldTarget {
  watermark: number
  dedupe: DedupeSet
  deltas: Map<number, Map<string, DeltaCell>>
  deltaCells: number
  counters: FoldCounters
  /** Events whose key was too long, the first of them: the rest is in `counters.invalid`. */
  longKeys: LongKey[]
}

/** An event whose key was too long to be one, by its position in the log. */
export interface LongKey {
  seq: number
  index: number
  bytes: number
}

/** Of one commit: what is beyond it is counted, and not parked. */
const maxLongKeys = 100

function noteLongKey({ longKeys }: FoldTarget, batch: EventBatch, i: number, key: string): void {
  if (longKeys.length >= maxLongKeys) return
  longKeys.push({ seq: batch.seq[i] ?? 0, index: batch.index[i] ?? 0, bytes: Buffer.byteLength(key) })
}

export interface FoldProgram {
  fold(target: FoldTarget, batch: EventBatch): void
  /** What a cell holds, as stored. */
  store(cell: DeltaCell): StoredCell
}

const runtime = {
  ...expressionRuntime,
  distinctEntry,
  scaleNumber,
  readInteger,
  readDecimal,
  isUsableKey,
  noteLongKey,
  plainText,
  floatSumText,
  scaledText,
  sketchSlotText,
  encodeSketches,
  HyperLogLog,
  DDSketch,
}

interface MeasureCode {
  /** Fields of the cell, as `name = initial value` statements of its constructor. */
  fields: string[]
  /** Statements that fold row `i` into `cell`. */
  fold: string
}

/** A wrong-typed value in a bare field reads as null like an absent one; only looking at the raw value tells. */
function bareField(node: Node): string[] | null {
  return node.op === 'field' || node.op === 'fieldText' || node.op === 'fieldNumber' ? node.path : null
}

/** Reads `node` into `v` and runs `use` on a usable value. `test` is a condition that a non-null value must meet. */
function withOperand(rows: RowSource, node: Node, test: string | null, use: string): string {
  const path = bareField(node)
  const whenNull = path === null ? '' : `if ((${rows.raw(path)} ?? null) !== null) cell.invalid++`
  const body = test === null ? use : `if (${test}) { ${use} } else cell.invalid++`
  return `{ const v = ${rows.value(node)}; if (v === null) { ${whenNull} } else { ${body} } }`
}

/** Reads a raw field by `read`, which gives undefined when absent and null when unusable. */
function withRawOperand(rows: RowSource, path: string[], read: (raw: string) => string, use: string): string {
  return (
    `{ const v = ${read(rows.raw(path))}; ` +
    `if (v === null) cell.invalid++; else if (v !== undefined) { ${use} } }`
  )
}

interface NumberOperand {
  of: { node: Node }
  type: NumberType
  scale: number | null
  raw: boolean
}

/** Runs `use` on the operand's value `v`: a number, or for a decimal a scaled number or bigint. */
function withNumber(rows: RowSource, measure: NumberOperand, use: string): string {
  const { node } = measure.of
  const scale = scaleOf(measure)
  if (measure.type === 'float') return withOperand(rows, node, null, use)
  if (measure.raw && node.op === 'field') {
    const read = measure.type === 'int' ? (raw: string) => `rt.readInteger(${raw})` : readDecimalCode(scale)
    return withRawOperand(rows, node.path, read, use)
  }
  if (measure.type === 'int') return withOperand(rows, node, 'Number.isSafeInteger(v)', use)
  const scaled = `{ const d = rt.scaleNumber(v, ${scale}); if (d === null) cell.invalid++; else { const v = d; ${use} } }`
  return withOperand(rows, node, null, scaled)
}

function readDecimalCode(scale: number): (raw: string) => string {
  return (raw) => `rt.readDecimal(${raw}, ${scale})`
}

/** Adds `v` to the sum `a` (a double), spilling into the bigint `b` what a double no longer counts exactly. */
function addExactly(a: string, b: string, type: NumberType): string {
  const add =
    `const s = ${a} + v; ` +
    `if (s <= ${Number.MAX_SAFE_INTEGER} && s >= ${Number.MIN_SAFE_INTEGER}) ${a} = s; ` +
    `else { ${b} += BigInt(${a}); ${a} = v }`
  return type === 'decimal' ? `if (typeof v === 'bigint') ${b} += v; else { ${add} }` : add
}

function measureCode(rows: RowSource, measure: Measure, index: number): MeasureCode {
  const [a, b, c] = [`cell.a${index}`, `cell.b${index}`, `cell.c${index}`]
  switch (measure.kind) {
    case 'count': {
      if (measure.where === null) return { fields: [], fold: '' }
      return { fields: [`a${index} = 0`], fold: `if ((${rows.value(measure.where.node)}) === true) ${a}++` }
    }
    case 'sum':
    case 'mean': {
      const isFloat = measure.type === 'float'
      const add = isFloat
        ? addFloatCode((letter) => `cell.${letter}${index}`)
        : addExactly(a, b, measure.type)
      const count = measure.kind === 'mean' ? `${c}++; ` : ''
      const fields = [`a${index} = 0`, `b${index} = 0n`, `c${index} = 0`]
      if (isFloat) fields.push(`t${index} = 0`, `r${index} = 0`)
      return { fields, fold: withNumber(rows, measure, count + add) }
    }
    case 'min':
    case 'max': {
      const better = measure.kind === 'min' ? '<' : '>'
      const take = `if (${a} === null || v ${better} ${a}) ${a} = v`
      return { fields: [`a${index} = null`], fold: withNumber(rows, measure, take) }
    }
    case 'distinct': {
      const add = `(${a} ??= new rt.HyperLogLog()).add(rt.distinctEntry(v))`
      return { fields: [`a${index} = null`], fold: withOperand(rows, measure.of.node, null, add) }
    }
    case 'quantile': {
      const add = `(${a} ??= new rt.DDSketch()).add(v)`
      return { fields: [`a${index} = null`], fold: withOperand(rows, measure.of.node, null, add) }
    }
  }
}

/** Expression of a slot's text, from the cell's fields. */
function slotCode(slot: Slot, index: number, measures: Measure[], isSecond: boolean): string {
  const measure = measures[slot.measure]
  if (measure === undefined || (measure.kind === 'count' && measure.where === null)) return 'String(cell.n)'
  const [a, b, c] = [`cell.a${slot.measure}`, `cell.b${slot.measure}`, `cell.c${slot.measure}`]
  switch (slot.kind) {
    case 'integer':
      if (measure.kind === 'count') return `String(${a})`
      return isSecond ? `String(${c})` : `(${b} === 0n ? String(${a}) : String(${b} + BigInt(${a})))`
    case 'decimal':
      return `rt.scaledText(${b} === 0n ? ${a} : ${b} + BigInt(${a}), ${slot.scale})`
    case 'float':
      return `rt.floatSumText({ fine: ${a}, coarse: cell.t${slot.measure}, spilled: ${b}, rest: cell.r${slot.measure} })`
    case 'minInteger':
    case 'maxInteger':
      return `(${a} === null ? null : String(${a}))`
    case 'minDecimal':
    case 'maxDecimal':
      return `(${a} === null ? null : rt.scaledText(${a}, ${slot.scale}))`
    case 'minFloat':
    case 'maxFloat':
      return `(${a} === null ? null : rt.plainText(${a}))`
    case 'distinct':
      return `(${a} === null ? '0' : rt.sketchSlotText(slots[${index}], ${a}))`
    case 'quantile':
      return `(${a} === null ? null : rt.sketchSlotText(slots[${index}], ${a}))`
  }
}

/**
 * Key text of row `i`: the string itself, or the JSON array of several; null when a part is null. No key at all is
 * the empty text.
 */
function keyCode(rows: RowSource, key: Node[]): { statements: string; value: string } {
  const [first] = key
  if (first === undefined) return { statements: '', value: "''" }
  if (key.length === 1) return { statements: '', value: rows.value(first) }
  const names = key.map((_, at) => `k${at}`)
  const statements = key.map((node, at) => `const k${at} = ${rows.value(node)}`).join('\n')
  const anyNull = names.map((name) => `${name} === null`).join(' || ')
  return { statements, value: `(${anyNull} ? null : JSON.stringify([${names.join(', ')}]))` }
}

function foldSource(definition: Definition, rows: RowSource, measures: MeasureCode[]): string {
  const { lateness, windowSizeMs, filter } = definition
  const filterCode = filter === null ? null : rows.value(filter.node)
  const key = keyCode(
    rows,
    definition.key.map((part) => part.node),
  )
  const onLate = lateness.beyond === 'defer' ? 'continue' : ''
  // Everything is in one function, so that a row costs no call but those into the tables.
  return `
function fold(target, batch) {
  ${rows.prelude()}
  const { dedupe, deltas, counters } = target
  const { n, time, logTime } = batch
  let watermark = target.watermark
  let windowStart = NaN, windowEnd = NaN, cells
  let accepted = 0, filtered = 0, late = 0, duplicates = 0, invalid = 0
  for (let i = 0; i < n; i++) {
    const t = time[i], l = logTime[i], before = watermark
    const reached = (t < l ? t : l) - ${lateness.outOfOrderMs}
    if (reached > watermark) watermark = reached
    const isDuplicate = dedupe.meet(a_source[i], a_id[i], l)
    if (isDuplicate) duplicates++
    ${filterCode === null ? '' : `if ((${filterCode}) !== true) { if (!isDuplicate) filtered++; continue }`}
    ${key.statements}
    const key = ${key.value}
    if (key === null) { if (!isDuplicate) invalid++; continue }
    if (!rt.isUsableKey(key)) { if (!isDuplicate) { invalid++; rt.noteLongKey(target, batch, i, key) } continue }
    if (!(t >= windowStart && t < windowEnd)) {
      windowStart = Math.floor(t / ${windowSizeMs}) * ${windowSizeMs} + 0
      windowEnd = windowStart + ${windowSizeMs}
      cells = deltas.get(windowStart)
      if (cells === undefined) deltas.set(windowStart, cells = new Map())
    }
    let cell = cells.get(key)
    if (cell === undefined) { cells.set(key, cell = new Cell()); target.deltaCells++ }
    if (isDuplicate) { cell.duplicate++; continue }
    if (windowEnd + ${lateness.allowedMs} <= before) { late++; cell.late++; ${onLate} }
    accepted++
    cell.n++
    ${measures.map((measure) => measure.fold).join('\n    ')}
  }
  target.watermark = watermark
  counters.events += n
  counters.accepted += accepted
  counters.filtered += filtered
  counters.late += late
  counters.duplicate += duplicates
  counters.invalid += invalid
}`
}

function cellSource(measures: MeasureCode[]): string {
  const fields = ['n = 0', 'late = 0', 'duplicate = 0', 'invalid = 0', ...measures.flatMap((m) => m.fields)]
  return `class Cell { constructor() { ${fields.map((field) => `this.${field}`).join('; ')} } }`
}

function storeSource(definition: Definition, layout: Layout): string {
  const slots = layout.slots.map((slot, i) =>
    slotCode(slot, i, definition.measures, i !== layout.firstSlot[slot.measure]),
  )
  const sketches = layout.sketches.map(
    ({ kind, measure }) => `cell.a${measure} ?? new rt.${kind === 'distinct' ? 'HyperLogLog' : 'DDSketch'}()`,
  )
  return `function store(cell) {
  return { acc: [${slots.join(', ')}], sketch: rt.encodeSketches([${sketches.join(', ')}]) }
}`
}

/** Generates the fold of one definition. */
export function compileFold(
  definition: Definition,
  layout: Layout,
): { program: FoldProgram; fields: string[] } {
  const rows = new RowSource()
  const measures = definition.measures.map((measure, index) => measureCode(rows, measure, index))
  const fold = foldSource(definition, rows, measures)
  const source = [cellSource(measures), fold, storeSource(definition, layout), 'return { fold, store }']
  // Generated from checked trees; names and text enter it by JSON.stringify alone.
  // eslint-disable-next-line @typescript-eslint/no-implied-eval
  const make = new Function('rt', 'slots', source.join('\n')) as (
    rt: typeof runtime,
    slots: Slot[],
  ) => FoldProgram
  return { program: make(runtime, layout.slots), fields: rows.columns() }
}
