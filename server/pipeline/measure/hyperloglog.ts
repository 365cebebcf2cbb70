import { TOP_BIT, type ByteReader, type ByteWriter } from './bytes'
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

function estimateDense(registers: Uint8Array): number {
  const counts = new Uint16Array(66)
  for (let i = 0; i < REGISTERS; i++) {
    const rank = registers[i] as number
    counts[rank] = (counts[rank] as number) + 1
  }
  const maxRank = 64 - 12 + 1
  let z = REGISTERS * tau(1 - (counts[maxRank] as number) / REGISTERS)
  for (let rank = maxRank - 1; rank >= 1; rank--) z = 0.5 * (z + (counts[rank] as number))
  z += REGISTERS * sigma((counts[0] as number) / REGISTERS)
  return Math.round(REGISTERS ** 2 / (2 * Math.LN2 * z))
}

/** Union of two ascending lists. */
function union(a: number[], b: number[]): number[] {
  if (a.length === 0) return b
  if (b.length === 0) return a
  const found: number[] = []
  for (let i = 0, j = 0; i < a.length || j < b.length;) {
    const [left, right] = [a[i] ?? Infinity, b[j] ?? Infinity]
    found.push(Math.min(left, right))
    if (left <= right) i++
    if (right <= left) j++
  }
  return found
}

/**
 * Distinct values by their hashes' entries. What it holds depends on the set of entries alone, so merges commute and
 * associate: the entries in ascending order while they are few (`#lately` those not yet in order), else registers.
 */
export class HyperLogLog {
  #sorted: number[] = []
  #lately = new Set<number>()
  #dense: Uint8Array | null = null

  get isEmpty(): boolean {
    return this.#dense === null && this.#sorted.length === 0 && this.#lately.size === 0
  }

  add(entry: number): void {
    if (this.#dense !== null) {
      this.#raise(registerOf(entry), rankOf(entry))
      return
    }
    this.#lately.add(entry)
    if (this.#lately.size > SPARSE_ENTRIES) this.#settle()
  }

  merge(other: HyperLogLog): void {
    other.#settle()
    this.#settle()
    if (other.#dense === null) {
      if (this.#dense === null) this.#sorted = union(this.#sorted, other.#sorted)
      else for (const entry of other.#sorted) this.add(entry)
      if (this.#sorted.length > SPARSE_ENTRIES) this.#densify()
      return
    }
    this.#densify()
    for (let i = 0; i < REGISTERS; i++) this.#raise(i, other.#dense[i] as number)
  }

  estimate(): number {
    this.#settle()
    return this.#dense === null ? this.#sorted.length : estimateDense(this.#dense)
  }

  write(writer: ByteWriter): void {
    this.#settle()
    if (this.#dense === null) {
      writer.byte(SPARSE)
      for (const entry of this.#sorted) writer.uint32(TOP_BIT + entry)
    } else {
      writer.byte(DENSE)
      writer.bytes(this.#dense)
    }
  }

  /** Reads to the end. */
  static read(reader: ByteReader): HyperLogLog {
    const sketch = new HyperLogLog()
    if (reader.byte() === DENSE) sketch.#dense = reader.take(REGISTERS).slice()
    else while (!reader.done) sketch.#sorted.push(reader.uint32() - TOP_BIT)
    return sketch
  }

  /** The dense sketch of numbers register·64 + rank. */
  static ofRegisters(numbers: number[]): HyperLogLog {
    const sketch = new HyperLogLog()
    sketch.#densify()
    for (const number of numbers) sketch.#raise(number >>> 6, number & 63)
    return sketch
  }

  #settle(): void {
    if (this.#lately.size === 0) return
    this.#sorted = union(this.#sorted, Array.from(Int32Array.from(this.#lately).sort()))
    this.#lately.clear()
    if (this.#sorted.length > SPARSE_ENTRIES) this.#densify()
  }

  #densify(): void {
    if (this.#dense !== null) return
    this.#dense = new Uint8Array(REGISTERS)
    for (const entry of this.#sorted) this.#raise(registerOf(entry), rankOf(entry))
    this.#sorted = []
  }

  #raise(register: number, rank: number): void {
    const dense = this.#dense
    if (dense !== null && (dense[register] as number) < rank) dense[register] = rank
  }
}
