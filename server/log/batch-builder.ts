import type { EventBatch, Instant } from '../pipeline/types'

/** An EventBatch under construction. Rows are appended whole; a message is never split over two batches. */
export class BatchBuilder {
  readonly batch: EventBatch
  readonly #columns: unknown[][]

  constructor(
    type: string,
    partition: number,
    readonly fields: readonly string[],
  ) {
    this.#columns = fields.map(() => [])
    // No prototype: a field may be called __proto__.
    const columns = Object.create(null) as Record<string, unknown[]>
    fields.forEach((field, i) => (columns[field] = this.#columns[i] as unknown[]))
    this.batch = {
      type,
      partition,
      n: 0,
      seq: [],
      index: [],
      logTime: [],
      time: [],
      source: [],
      id: [],
      subject: [],
      columns,
      traced: null,
    }
  }

  /** The column of the i-th field. */
  column(i: number): unknown[] {
    return this.#columns[i] as unknown[]
  }

  /** Everything but the data fields: the caller pushes one value on every column too. */
  pushIdentity(
    seq: number,
    index: number,
    logTime: Instant,
    time: Instant,
    source: string,
    id: string,
    subject: string | null,
  ): void {
    const { batch } = this
    batch.n++
    batch.seq.push(seq)
    batch.index.push(index)
    batch.logTime.push(logTime)
    batch.time.push(time)
    batch.source.push(source)
    batch.id.push(id)
    batch.subject.push(subject)
  }

  /** The event whose identity was pushed last carries a trace. */
  markTraced(traceparent: string, isDirect: boolean): void {
    ;(this.batch.traced ??= []).push({ row: this.batch.n - 1, traceparent, isDirect })
  }

  pushData(data: unknown): void {
    const object = typeof data === 'object' && data !== null && !Array.isArray(data) ? data : null
    this.fields.forEach((field, i) => {
      const value = object && Object.hasOwn(object, field) ? (object as Record<string, unknown>)[field] : null
      this.column(i).push(value)
    })
  }
}
