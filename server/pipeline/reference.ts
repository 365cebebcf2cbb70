import { interpret, type ExpressionEvent } from './expression/interpret'
import { floatReference, floatSumReference, paddedReference, scaledReference } from './reference-number'
import type { Definition, Instant, Measure, MeasureValue } from './types'

/**
 * What a pipeline means, said as plainly as possible and slowly: the oracle of law 2. It shares no code with the
 * fold or the SQL, only the expression interpreter.
 */
export interface ReferenceEvent extends ExpressionEvent {
  seq: number
  index: number
  partition: number
  logTime: Instant
  time: Instant
}

export interface ReferenceCell {
  windowStart: Instant
  key: string
  /** The events counted, in log order. */
  events: ReferenceEvent[]
  late: number
  duplicate: number
  /** Operands present but unusable. */
  invalid: number
}

/** Cells by `${windowStart} ${key}`. */
export type ReferenceCells = Map<string, ReferenceCell>

const MAX_KEY_BYTES = 1_024

function keyOf(definition: Definition, event: ReferenceEvent): string | null {
  const parts = definition.key.map((part) => interpret(part.node, event))
  if (parts.some((part) => part === null)) return null
  const key = parts.length === 0 ? '' : parts.length === 1 ? String(parts[0]) : JSON.stringify(parts)
  return Buffer.from(key).length > MAX_KEY_BYTES ? null : key
}

function passes(definition: Definition, event: ReferenceEvent): boolean {
  return definition.filter === null || interpret(definition.filter.node, event) === true
}

function cellAt(cells: ReferenceCells, definition: Definition, event: ReferenceEvent, key: string) {
  let windowStart = event.time - (event.time % definition.windowSizeMs)
  if (windowStart > event.time) windowStart -= definition.windowSizeMs
  windowStart = windowStart === 0 ? 0 : windowStart
  const name = `${windowStart} ${key}`
  const cell = cells.get(name) ?? { windowStart, key, events: [], late: 0, duplicate: 0, invalid: 0 }
  cells.set(name, cell)
  return cell
}

function inLogOrder(log: ReferenceEvent[]): ReferenceEvent[] {
  return [...log].sort((a, b) => a.seq - b.seq || a.index - b.index)
}

function identity(event: ReferenceEvent): string {
  return JSON.stringify([event.source, event.id])
}

/** Every identity counts once, at its lowest position at or below the cut; lateness does not matter. */
export function referenceBatch(
  definition: Definition,
  log: ReferenceEvent[],
  cut?: number[],
): ReferenceCells {
  const cells: ReferenceCells = new Map()
  const met = new Set<string>()
  for (const event of inLogOrder(log)) {
    if (cut !== undefined && event.seq > (cut[event.partition] ?? -1)) continue
    if (met.has(identity(event))) continue
    met.add(identity(event))
    const key = passes(definition, event) ? keyOf(definition, event) : null
    if (key !== null) cellAt(cells, definition, event, key).events.push(event)
  }
  return cells
}

export interface ReferenceSpeed {
  cells: ReferenceCells
  /** By partition; -Infinity before the first event. */
  watermarks: Map<number, number>
  counters: {
    events: number
    accepted: number
    filtered: number
    late: number
    duplicate: number
    invalid: number
  }
}

/** What the speed layer accepts of the log; `after` keeps out of the cells what lies at or below a cut. */
export function referenceSpeed(
  definition: Definition,
  log: ReferenceEvent[],
  after?: number[],
): ReferenceSpeed {
  const cells: ReferenceCells = new Map()
  const watermarks = new Map<number, number>()
  const counters = { events: 0, accepted: 0, filtered: 0, late: 0, duplicate: 0, invalid: 0 }
  const lastMet = new Map<string, number>()
  const generations = new Map<number, number>()
  const { allowedMs, outOfOrderMs, beyond } = definition.lateness
  for (const event of inLogOrder(log)) {
    const { partition } = event
    const watermark = watermarks.get(partition) ?? -Infinity
    watermarks.set(partition, Math.max(watermark, Math.min(event.time, event.logTime) - outOfOrderMs))
    const generation = Math.max(
      generations.get(partition) ?? -Infinity,
      Math.floor(event.logTime / definition.dedupeHorizonMs),
    )
    generations.set(partition, generation)
    const name = `${partition} ${identity(event)}`
    const isDuplicate = (lastMet.get(name) ?? -Infinity) >= generation - 1
    lastMet.set(name, generation)
    if (after !== undefined && event.seq <= (after[partition] ?? -1)) continue

    counters.events++
    if (isDuplicate) counters.duplicate++
    if (!passes(definition, event)) {
      if (!isDuplicate) counters.filtered++
      continue
    }
    const key = keyOf(definition, event)
    if (key === null) {
      if (!isDuplicate) counters.invalid++
      continue
    }
    const cell = cellAt(cells, definition, event, key)
    if (isDuplicate) {
      cell.duplicate++
      continue
    }
    if (cell.windowStart + definition.windowSizeMs + allowedMs <= watermark) {
      counters.late++
      cell.late++
      if (beyond === 'defer') continue
    }
    counters.accepted++
    cell.events.push(event)
    cell.invalid += definition.measures.filter((measure) => operand(measure, event) === UNUSABLE).length
  }
  return { cells, watermarks, counters }
}

function rawAt(event: ReferenceEvent, path: string[]): unknown {
  return path.reduce<unknown>(
    (value, name) =>
      typeof value === 'object' && value !== null && !Array.isArray(value) && Object.hasOwn(value, name)
        ? (value as Record<string, unknown>)[name]
        : undefined,
    event.data,
  )
}

const UNUSABLE = Symbol('present, but not a value of the type')
type Operand = number | bigint | string | boolean | typeof UNUSABLE | null

/** A decimal operand is its scaled integer, a distinct one its text in quotes. */
function operand(measure: Measure, event: ReferenceEvent): Operand {
  if (measure.kind === 'count') return measure.where === null || interpret(measure.where.node, event) === true
  const { node } = measure.of
  const path = 'path' in node && node.op !== 'isPresent' ? node.path : null
  const raw = path === null ? null : (rawAt(event, path) ?? null)
  const value = interpret(node, event)
  const typed = measure.kind === 'distinct' || measure.kind === 'quantile' ? null : measure
  if (typed !== null && typed.raw && typed.type !== 'float' && raw !== null) {
    const pattern = typed.type === 'int' ? /^-?\d{1,64}$/ : /^-?\d{1,64}(\.\d{1,64})?$/
    const isRead = typeof raw === 'number' || (typeof raw === 'string' && pattern.test(raw))
    return isRead ? exact(String(raw), typed.type, typed.scale ?? 9) : UNUSABLE
  }
  if (value === null) return raw === null ? null : UNUSABLE
  if (measure.kind === 'distinct') return JSON.stringify(value)
  if (typed === null || typed.type === 'float') return Number(value)
  return exact(String(value), typed.type, typed.scale ?? 9)
}

function exact(text: string, type: 'int' | 'decimal', scale: number): number | bigint | typeof UNUSABLE {
  if (!Number.isFinite(Number(text))) return UNUSABLE
  if (type === 'int') return Number.isSafeInteger(Number(text)) ? Number(text) : UNUSABLE
  const scaled = scaledReference(text, scale)
  return scaled < 10n ** 38n && scaled > -(10n ** 38n) ? scaled : UNUSABLE
}

/** The usable operands of a numeric measure, in log order. */
export function referenceNumbers(measure: Measure, cell: ReferenceCell): (number | bigint)[] {
  return cell.events
    .map((event) => operand(measure, event))
    .filter((value) => typeof value === 'number' || typeof value === 'bigint')
}

function sumOf(values: (number | bigint)[], isFloat: boolean): number | bigint {
  if (isFloat) return floatSumReference(values.map(Number))
  return values.reduce<bigint>((sum, value) => sum + BigInt(value), 0n)
}

function slotText(value: number | bigint, type: 'int' | 'float' | 'decimal', scale: number): string {
  if (type === 'float') return floatReference(Number(value))
  return type === 'int' ? String(BigInt(value)) : paddedReference(BigInt(value), scale)
}

/** Exact value at the nearest rank. */
export function referenceQuantile(values: number[], q: number): number | null {
  const sorted = [...values].sort((a, b) => a - b)
  const n = sorted.length
  return sorted[Math.max(1, n - Math.floor(n - q * n)) - 1] ?? null
}

function measureSlots(measure: Measure, cell: ReferenceCell): (string | null)[] {
  const values = referenceNumbers(measure, cell)
  switch (measure.kind) {
    case 'count':
      return [String(cell.events.filter((event) => operand(measure, event) === true).length)]
    case 'distinct': {
      const texts = cell.events.map((event) => operand(measure, event))
      return [String(new Set(texts.filter((text) => text !== null && text !== UNUSABLE)).size)]
    }
    case 'quantile': {
      const value = referenceQuantile(values.map(Number), measure.q)
      return [value === null ? null : floatReference(value)]
    }
    case 'sum':
    case 'mean': {
      const sum = slotText(sumOf(values, measure.type === 'float'), measure.type, measure.scale ?? 9)
      return measure.kind === 'sum' ? [sum] : [sum, String(values.length)]
    }
    case 'min':
    case 'max': {
      const sorted = [...values].sort((a, b) => (a < b ? -1 : a > b ? 1 : 0))
      const best = measure.kind === 'min' ? sorted[0] : sorted.at(-1)
      return [best === undefined ? null : slotText(best, measure.type, measure.scale ?? 9)]
    }
  }
}

/** The slots a version keeps for the cell. */
export function referenceSlots(definition: Definition, cell: ReferenceCell): (string | null)[] {
  return [
    String(cell.events.length),
    ...definition.measures.flatMap((measure) => measureSlots(measure, cell)),
  ]
}

function withoutPadding(text: string): string {
  return text.includes('.') ? text.replace(/0+$/, '').replace(/\.$/, '') : text
}

function meanOf(measure: Measure & { kind: 'mean' }, cell: ReferenceCell): MeasureValue {
  const values = referenceNumbers(measure, cell)
  if (values.length === 0) return null
  const sum = sumOf(values, measure.type === 'float')
  if (measure.type !== 'decimal') return Number(floatReference(Number(sum) / values.length))
  const scale = measure.scale ?? 9
  const doubled = 2n * BigInt(sum)
  const count = BigInt(values.length)
  const half = doubled < 0n ? -count : count
  const text = paddedReference((doubled + half) / (2n * count), scale)
  return measure.scale === null ? withoutPadding(text) : text
}

/** What the cell answers, by measure. */
export function referenceAnswer(definition: Definition, cell: ReferenceCell): Record<string, MeasureValue> {
  const answers = definition.measures.map((measure): [string, MeasureValue] => {
    const [text = null] = measureSlots(measure, cell)
    if (text === null) return [measure.name, null]
    if (measure.kind === 'mean') return [measure.name, meanOf(measure, cell)]
    if ('type' in measure && measure.type === 'decimal') {
      return [measure.name, measure.scale === null ? withoutPadding(text) : text]
    }
    const isInexact = 'type' in measure && measure.type === 'int' && !Number.isSafeInteger(Number(text))
    return [measure.name, isInexact ? text : Number(text)]
  })
  return Object.fromEntries(answers)
}
