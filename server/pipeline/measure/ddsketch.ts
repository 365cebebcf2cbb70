import { ByteReader, ByteWriter } from './bytes'

/** Relative accuracy of a quantile estimate. */
export const ALPHA = 0.01
export const GAMMA = (1 + ALPHA) / (1 - ALPHA)
export const LOG_GAMMA = Math.log(GAMMA)

/** Buckets a sign keeps: smaller magnitudes than the topmost 2,048 buckets (17 decades) share the lowest. */
export const MAX_BUCKETS = 2048

/** Added to an index when encoded: indexes of finite doubles lie within ±37,300. */
export const INDEX_BIAS = 65_536

/**
 * Keeps round values such as 1 off a bucket's edge: the logarithms of two platforms may differ in the last bit.
 */
export const EDGE_SHIFT = 1e-9

export function bucketIndex(magnitude: number): number {
  return Math.ceil(Math.log(magnitude) / LOG_GAMMA - EDGE_SHIFT)
}

export function bucketIndexSql(magnitude: string): string {
  return `ceil(ln(${magnitude}) / ${LOG_GAMMA}::DOUBLE - ${EDGE_SHIFT}::DOUBLE)::INTEGER`
}

export function bucketValue(index: number): number {
  return (2 * Math.exp(index * LOG_GAMMA)) / (GAMMA + 1)
}

/** 1-based nearest rank: what DuckDB's quantile_disc takes. */
export function nearestRank(n: number, q: number): number {
  return Math.max(1, n - Math.floor(n - q * n))
}

type Store = Map<number, number>

function bump(store: Store, index: number, count: number): void {
  store.set(index, (store.get(index) ?? 0) + count)
}

/** Buckets in ascending order, the lowest collapsed: a function of the counts alone, so merges commute. */
function collapsed(store: Store): [index: number, count: number][] {
  if (store.size === 0) return []
  const sorted = [...store].sort((a, b) => a[0] - b[0])
  const lowest = (sorted.at(-1)?.[0] ?? 0) - MAX_BUCKETS + 1
  const kept = sorted.filter(([index]) => index > lowest)
  let below = 0
  for (const [index, count] of sorted) if (index <= lowest) below += count
  return below > 0 ? [[lowest, below], ...kept] : kept
}

function writeStore(writer: ByteWriter, store: Store): void {
  for (const [index, count] of collapsed(store)) {
    writer.uint16((index + INDEX_BIAS) >>> 8)
    writer.byte((index + INDEX_BIAS) & 0xff)
    writer.varint(count)
  }
}

function readStore(bytes: Uint8Array): Store {
  const reader = new ByteReader(bytes)
  const store: Store = new Map()
  while (!reader.done) {
    const index = reader.uint16() * 256 + reader.byte() - INDEX_BIAS
    store.set(index, reader.varint())
  }
  return store
}

/** Masson, Rim, Lee, "DDSketch" (2019): counts by logarithm of the magnitude, per sign. */
export class DDSketch {
  #zero = 0
  #positive: Store = new Map()
  #negative: Store = new Map()
  #count = 0

  get count(): number {
    return this.#count
  }

  add(value: number): void {
    this.#count++
    if (value > 0) this.#into('positive', bucketIndex(value))
    else if (value < 0) this.#into('negative', bucketIndex(-value))
    else this.#zero++
  }

  merge(other: DDSketch): void {
    this.#count += other.#count
    this.#zero += other.#zero
    for (const [index, count] of other.#positive) bump(this.#positive, index, count)
    for (const [index, count] of other.#negative) bump(this.#negative, index, count)
  }

  quantile(q: number): number | null {
    if (this.#count === 0) return null
    let rest = nearestRank(this.#count, q)
    for (const [index, count] of collapsed(this.#negative).reverse()) {
      rest -= count
      if (rest <= 0) return -bucketValue(index)
    }
    rest -= this.#zero
    if (rest <= 0) return 0
    const positive = collapsed(this.#positive)
    for (const [index, count] of positive) {
      rest -= count
      if (rest <= 0) return bucketValue(index)
    }
    return bucketValue(positive.at(-1)?.[0] ?? 0)
  }

  /** Zero count, length of the negative store, its entries, then the positive entries. */
  encode(): Uint8Array {
    const negative = new ByteWriter()
    writeStore(negative, this.#negative)
    const negativeBytes = negative.finish()
    const writer = new ByteWriter()
    writer.varint(this.#zero)
    writer.varint(negativeBytes.length)
    writer.bytes(negativeBytes)
    writeStore(writer, this.#positive)
    return writer.finish()
  }

  static decode(bytes: Uint8Array): DDSketch {
    const reader = new ByteReader(bytes)
    const sketch = new DDSketch()
    sketch.#zero = reader.varint()
    sketch.#negative = readStore(reader.take(reader.varint()))
    sketch.#positive = readStore(bytes.subarray(reader.offset))
    sketch.#count = sketch.#zero
    for (const count of sketch.#negative.values()) sketch.#count += count
    for (const count of sketch.#positive.values()) sketch.#count += count
    return sketch
  }

  #into(sign: 'positive' | 'negative', index: number): void {
    bump(sign === 'positive' ? this.#positive : this.#negative, index, 1)
  }
}
