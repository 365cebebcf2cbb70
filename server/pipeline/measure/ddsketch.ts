import { BucketStore } from './bucket-store'
import { type ByteReader, type ByteWriter } from './bytes'

/** Relative accuracy of a quantile estimate. */
export const ALPHA = 0.01
const GAMMA = (1 + ALPHA) / (1 - ALPHA)
const LOG_GAMMA = Math.log(GAMMA)

/** Keeps round values such as 1 off a bucket's edge: the logarithms of two platforms may differ in the last bit. */
const EDGE_SHIFT = 1e-9

export function bucketIndex(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / LOG_GAMMA - EDGE_SHIFT)
}

export function bucketIndexSql(magnitude: string): string {
  return `ceil(ln(${magnitude}) / ${LOG_GAMMA}::DOUBLE - ${EDGE_SHIFT}::DOUBLE)::INTEGER`
}

function bucketValue(index: number): number {
  return (2 * Math.exp(index * LOG_GAMMA)) / (GAMMA + 1)
}

/** 1-based nearest rank: what DuckDB's quantile_disc takes. */
function nearestRank(n: number, q: number): number {
  return Math.max(1, n - Math.floor(n - q * n))
}

/** Masson, Rim, Lee, "DDSketch" (2019): counts by logarithm of the magnitude, per sign. */
export class DDSketch {
  #zero = 0
  #positive = new BucketStore()
  #negative = new BucketStore()

  get count(): number {
    return this.#zero + this.#positive.total + this.#negative.total
  }

  add(value: number): void {
    if (value > 0) this.#positive.add(bucketIndex(value))
    else if (value < 0) this.#negative.add(bucketIndex(-value))
    else this.#zero++
  }

  merge(other: DDSketch): void {
    this.#zero += other.#zero
    this.#positive.merge(other.#positive)
    this.#negative.merge(other.#negative)
  }

  quantile(q: number): number | null {
    if (this.count === 0) return null
    const rank = nearestRank(this.count, q)
    const negative = this.#negative.indexAt(rank, -1)
    if (negative !== null) return -bucketValue(negative)
    const rest = rank - this.#negative.total - this.#zero
    const positive = rest <= 0 ? null : this.#positive.indexAt(rest, 1)
    return positive === null ? 0 : bucketValue(positive)
  }

  write(writer: ByteWriter): void {
    writer.markedVarint(this.#zero)
    this.#negative.write(writer)
    this.#positive.write(writer)
  }

  static read(reader: ByteReader): DDSketch {
    const sketch = new DDSketch()
    sketch.#zero = reader.markedVarint()
    sketch.#negative = BucketStore.read(reader)
    sketch.#positive = BucketStore.read(reader)
    return sketch
  }
}
