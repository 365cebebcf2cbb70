import { type ByteReader, type ByteWriter } from './bytes'

/** Buckets a store keeps: smaller magnitudes than the topmost 2,048 buckets (17 decades) share the lowest. */
export const MAX_BUCKETS = 2048

/** Added to an index when encoded: 24 bits with the top bit set, as indexes of finite doubles lie within ±37,300. */
export const INDEX_BIAS = 2 ** 23 + 65_536

/** Counts by index, in ascending order; what was added lately is unordered. */
export class BucketStore {
  #indexes: number[] = []
  #counts: number[] = []
  #lately = new Map<number, number>()
  total = 0

  add(index: number): void {
    this.total++
    this.#lately.set(index, (this.#lately.get(index) ?? 0) + 1)
    if (this.#lately.size > MAX_BUCKETS) this.#settle()
  }

  merge(other: BucketStore): void {
    this.#settle()
    other.#settle()
    this.total += other.total
    this.#mergeSorted(other.#indexes, other.#counts)
  }

  /** Index of the bucket that holds the value at a 1-based rank, counting up (or down) the magnitudes. */
  indexAt(rank: number, direction: 1 | -1): number | null {
    this.#settle()
    const size = this.#indexes.length
    let rest = rank
    for (let step = 0; step < size; step++) {
      const at = direction === 1 ? step : size - 1 - step
      rest -= this.#counts[at] ?? 0
      if (rest <= 0) return this.#indexes[at] ?? null
    }
    return null
  }

  write(writer: ByteWriter): void {
    this.#settle()
    writer.markedVarint(this.#indexes.length)
    this.#indexes.forEach((index, at) => {
      writer.uint24(index + INDEX_BIAS)
      writer.varint(this.#counts[at] ?? 0)
    })
  }

  static read(reader: ByteReader): BucketStore {
    const store = new BucketStore()
    const size = reader.markedVarint()
    for (let at = 0; at < size; at++) {
      store.#indexes.push(reader.uint24() - INDEX_BIAS)
      const count = reader.varint()
      store.#counts.push(count)
      store.total += count
    }
    return store
  }

  #settle(): void {
    if (this.#lately.size === 0) return
    const indexes = Int32Array.from(this.#lately.keys()).sort()
    const counts = Array.from(indexes, (index) => this.#lately.get(index) ?? 0)
    this.#lately.clear()
    this.#mergeSorted(indexes, counts)
  }

  /** Collapses the lowest: a function of the counts alone, so merges commute. */
  #mergeSorted(indexes: ArrayLike<number>, counts: number[]): void {
    const [mine, mineCounts] = [this.#indexes, this.#counts]
    const lowest =
      Math.max(mine.at(-1) ?? -Infinity, indexes[indexes.length - 1] ?? -Infinity) - MAX_BUCKETS + 1
    const merged: number[] = []
    const mergedCounts: number[] = []
    let last = NaN
    for (let i = 0, j = 0; i < mine.length || j < indexes.length;) {
      const [a, b] = [mine[i] ?? Infinity, indexes[j] ?? Infinity]
      const count = a <= b ? (mineCounts[i++] ?? 0) : (counts[j++] ?? 0)
      const index = Math.max(Math.min(a, b), lowest)
      if (index === last) {
        mergedCounts[mergedCounts.length - 1] = (mergedCounts.at(-1) ?? 0) + count
      } else {
        merged.push(index)
        mergedCounts.push(count)
        last = index
      }
    }
    this.#indexes = merged
    this.#counts = mergedCounts
  }
}
