import { ByteReader, ByteWriter } from './bytes'
import { rankOf, registerOf } from './distinct-hash'

export const REGISTERS = 4096

/** Up to here the entries themselves are kept, and the estimate is their number: exact but for 25-bit collisions. */
export const SPARSE_ENTRIES = 512

const SPARSE = 0
const DENSE = 1

/** Ertl, "New cardinality estimation algorithms for HyperLogLog sketches" (2017), algorithm 6: σ and τ. */
function sigma(x: number): number {
  if (x === 1) return Infinity
  let y = 1
  let z = x
  let power = x
  for (;;) {
    power *= power
    const next = z + power * y
    y += y
    if (next === z) return z
    z = next
  }
}

function tau(x: number): number {
  if (x === 0 || x === 1) return 0
  let y = 1
  let z = 1 - x
  let root = x
  for (;;) {
    root = Math.sqrt(root)
    y *= 0.5
    const next = z - (1 - root) ** 2 * y
    if (next === z) return z / 3
    z = next
  }
}

/** What the sketch holds depends on the set of entries alone, so merges commute and associate. */
export class HyperLogLog {
  #sparse: Set<number> | null = new Set()
  #dense: Uint8Array | null = null

  get isEmpty(): boolean {
    return this.#sparse !== null && this.#sparse.size === 0
  }

  add(entry: number): void {
    if (this.#sparse !== null) {
      this.#sparse.add(entry)
      if (this.#sparse.size > SPARSE_ENTRIES) this.#densify()
    } else {
      this.#raise(registerOf(entry), rankOf(entry))
    }
  }

  merge(other: HyperLogLog): void {
    if (other.#sparse !== null) {
      for (const entry of other.#sparse) this.add(entry)
      return
    }
    if (this.#dense === null) this.#densify()
    const theirs = other.#dense
    for (let i = 0; i < REGISTERS; i++) this.#raise(i, theirs?.[i] ?? 0)
  }

  estimate(): number {
    if (this.#sparse !== null) return this.#sparse.size
    const counts = new Array<number>(66).fill(0)
    for (const rank of this.#dense ?? []) counts[rank] = (counts[rank] ?? 0) + 1
    const maxRank = 64 - 12 + 1
    let z = REGISTERS * tau(1 - (counts[maxRank] ?? 0) / REGISTERS)
    for (let rank = maxRank - 1; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] ?? 0))
    z += REGISTERS * sigma((counts[0] ?? 0) / REGISTERS)
    return Math.round(REGISTERS ** 2 / (2 * Math.LN2 * z))
  }

  encode(): Uint8Array {
    const writer = new ByteWriter()
    if (this.#sparse !== null) {
      writer.byte(SPARSE)
      for (const entry of [...this.#sparse].sort((a, b) => a - b)) writer.uint32(entry)
    } else {
      writer.byte(DENSE)
      if (this.#dense !== null) writer.bytes(this.#dense)
    }
    return writer.finish()
  }

  static decode(bytes: Uint8Array): HyperLogLog {
    const reader = new ByteReader(bytes)
    const sketch = new HyperLogLog()
    if (reader.byte() === DENSE) {
      sketch.#sparse = null
      sketch.#dense = reader.take(REGISTERS).slice()
    } else {
      while (!reader.done) sketch.add(reader.uint32())
    }
    return sketch
  }

  /** The dense sketch of numbers register·64 + rank. */
  static ofRegisters(numbers: number[]): HyperLogLog {
    const sketch = new HyperLogLog()
    sketch.#densify()
    for (const number of numbers) sketch.#raise(number >>> 6, number & 63)
    return sketch
  }

  #densify(): void {
    const entries = this.#sparse ?? []
    this.#sparse = null
    this.#dense = new Uint8Array(REGISTERS)
    for (const entry of entries) this.#raise(registerOf(entry), rankOf(entry))
  }

  #raise(register: number, rank: number): void {
    const dense = this.#dense
    if (dense !== null && (dense[register] as number) < rank) dense[register] = rank
  }
}
