import { fingerprint } from '../../pipeline'
import type { DecodedEvent } from '../message'

export type ShreddedType = 'DOUBLE' | 'VARCHAR' | 'BOOLEAN'

/** Shredded columns of a segment by exact name, as the manifest keeps them. */
export interface SegmentColumns {
  fields: Record<string, ShreddedType>
  /** More fields than columns: queries read the JSON text instead. */
  overflow: boolean
}

export const maxShreddedColumns = 200
const maxShreddedDepth = 4
const maxColumnNameLength = 200

const typeByPrefix = { n: 'DOUBLE', s: 'VARCHAR', b: 'BOOLEAN' } as const
type Prefix = keyof typeof typeByPrefix

interface Column {
  type: ShreddedType
  /** Shorter than the segment while its last rows have no value. */
  values: (number | string | boolean | null)[]
}

/** One event type's rows on their way to a file: the fixed columns, and one for each scalar field that occurs. */
export class SegmentBuilder {
  readonly seq: number[] = []
  readonly index: number[] = []
  readonly partition: number[] = []
  readonly logTime: number[] = []
  readonly time: number[] = []
  readonly source: string[] = []
  readonly id: string[] = []
  readonly subject: (string | null)[] = []
  readonly attrs: (string | null)[] = []
  readonly data: (string | null)[] = []
  readonly fingerprintHigh: number[] = []
  readonly fingerprintLow: number[] = []
  readonly columns = new Map<string, Column>()
  overflow = false
  minTime = Number.POSITIVE_INFINITY
  maxTime = Number.NEGATIVE_INFINITY
  #bytes = 0

  get rows(): number {
    return this.seq.length
  }

  /** Roughly what the rows take in memory. */
  get bytes(): number {
    return this.#bytes
  }

  add(event: DecodedEvent, seq: number, partition: number, logTime: number): void {
    const { subject } = event.attrs
    const data = event.data === null || event.data === undefined ? null : JSON.stringify(event.data)
    const lanes = fingerprint(event.source, event.id, 0, 0)
    this.seq.push(seq)
    this.index.push(event.index)
    this.partition.push(partition)
    this.logTime.push(logTime)
    this.time.push(event.timeMs)
    this.source.push(event.source)
    this.id.push(event.id)
    this.subject.push(typeof subject === 'string' ? subject : null)
    this.attrs.push(otherAttributes(event.attrs))
    this.data.push(data)
    this.fingerprintHigh.push(lanes[0] ?? 0)
    this.fingerprintLow.push(lanes[1] ?? 0)
    if (event.timeMs < this.minTime) this.minTime = event.timeMs
    if (event.timeMs > this.maxTime) this.maxTime = event.timeMs
    this.#bytes += 200 + 2 * (data?.length ?? 0)
    if (isObject(event.data)) this.#shred(event.data, '', 1)
  }

  #shred(object: Record<string, unknown>, path: string, depth: number): void {
    for (const name of Object.keys(object)) {
      const value = object[name]
      // A name with a dot would stand for another path as well; queries read it from the JSON text.
      if (value === null || name === '' || name.includes('.')) continue
      if (isObject(value)) {
        if (depth < maxShreddedDepth) this.#shred(value, `${path}${name}.`, depth + 1)
      } else if (typeof value === 'number') this.#put('n', path + name, value)
      else if (typeof value === 'string') this.#put('s', path + name, value)
      else if (typeof value === 'boolean') this.#put('b', path + name, value)
    }
  }

  #put(prefix: Prefix, path: string, value: number | string | boolean): void {
    const name = `${prefix}:${path}`
    let column = this.columns.get(name)
    if (!column) {
      if (this.columns.size >= maxShreddedColumns || name.length > maxColumnNameLength) {
        this.overflow = true
        return
      }
      this.columns.set(name, (column = { type: typeByPrefix[prefix], values: [] }))
    }
    const row = this.seq.length - 1
    while (column.values.length < row) column.values.push(null)
    column.values.push(value)
  }

  manifest(): SegmentColumns {
    const fields: SegmentColumns['fields'] = {}
    for (const [name, { type }] of this.columns) fields[name] = type
    return { fields, overflow: this.overflow }
  }
}

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)

/** As JSON, without the subject, which has its own column; null when there are none. */
function otherAttributes(attrs: DecodedEvent['attrs']): string | null {
  for (const name in attrs) {
    if (name === 'subject') continue
    const { subject: _subject, ...others } = attrs
    return JSON.stringify(others)
  }
  return null
}
