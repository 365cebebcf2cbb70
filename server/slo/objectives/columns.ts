import type { GoodTotal } from '../model'

/** What was counted in a stretch of time. */
export interface Figures {
  /** As known when it happened. */
  then: GoodTotal
  /** As batch has restated it. */
  now: GoodTotal
  /** How much of `then.total` probes stood in for. */
  probe: number
}

export const noFigures = (): Figures => ({
  then: { good: 0, total: 0 },
  now: { good: 0, total: 0 },
  probe: 0,
})

const width = 5
const none = -1

/**
 * Figures of equal steps of time, the newest `size` of them: flat, since there are a thousand series of a thousand
 * steps. A step is found by its start; one never put holds nothing.
 */
export class Columns {
  private readonly at: Float64Array
  private readonly cells: Float64Array

  constructor(
    readonly stepMs: number,
    readonly size: number,
  ) {
    this.at = new Float64Array(size).fill(none)
    this.cells = new Float64Array(size * width)
  }

  put(at: number, { then, now, probe }: Figures): void {
    const slot = this.slotOf(at)
    const held = this.at[slot] ?? none
    if (held > at) return
    this.at[slot] = at
    this.cells.set([then.good, then.total, now.good, now.total, probe], slot * width)
  }

  /** Adds the steps that start in [from, to) to `sum`, times `share`. */
  addTo(sum: Figures, from: number, to: number, share = 1): void {
    const first = Math.ceil(from / this.stepMs) * this.stepMs
    for (let at = Math.max(first, to - this.size * this.stepMs); at < to; at += this.stepMs) {
      const slot = this.slotOf(at)
      if (this.at[slot] !== at) continue
      const cell = slot * width
      sum.then.good += share * (this.cells[cell] ?? 0)
      sum.then.total += share * (this.cells[cell + 1] ?? 0)
      sum.now.good += share * (this.cells[cell + 2] ?? 0)
      sum.now.total += share * (this.cells[cell + 3] ?? 0)
      sum.probe += share * (this.cells[cell + 4] ?? 0)
    }
  }

  /** Start of the oldest step with data, at or after `from`; null: there is none. */
  firstFrom(from: number): number | null {
    let first: number | null = null
    for (let slot = 0; slot < this.size; slot++) {
      const at = this.at[slot] ?? none
      const cell = slot * width
      const isCounted = (this.cells[cell + 1] ?? 0) > 0 || (this.cells[cell + 3] ?? 0) > 0
      if (at !== none && at >= from && isCounted && (first === null || at < first)) first = at
    }
    return first
  }

  private slotOf(at: number): number {
    const slot = Math.round(at / this.stepMs) % this.size
    return slot < 0 ? slot + this.size : slot
  }
}
