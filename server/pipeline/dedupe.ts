import { fingerprint } from './fingerprint'

/** Identities one generation remembers before it is rotated early: 64 MB of table at the limit. */
export const MAX_IDENTITIES_PER_GENERATION = 4_194_304

const INITIAL_SLOTS = 1024

export interface DedupeOptions {
  horizonMs: number
  /** The deployment's secret, as two 32-bit halves. */
  seedLo: number
  seedHi: number
  maxIdentities?: number
}

/** Open addressing over interleaved [hi, lo] lanes; (0, 0) is an empty slot. */
class Generation {
  size = 0
  #slots = INITIAL_SLOTS
  #table = new Uint32Array(INITIAL_SLOTS * 2)

  has(hi: number, lo: number): boolean {
    const table = this.#table
    const mask = this.#slots - 1
    let slot = lo & mask
    for (;;) {
      const a = table[slot * 2]
      const b = table[slot * 2 + 1]
      if (a === hi && b === lo) return true
      if (a === 0 && b === 0) return false
      slot = (slot + 1) & mask
    }
  }

  /** True when the identity was absent. */
  add(hi: number, lo: number): boolean {
    const table = this.#table
    const mask = this.#slots - 1
    let slot = lo & mask
    for (;;) {
      const a = table[slot * 2]
      const b = table[slot * 2 + 1]
      if (a === hi && b === lo) return false
      if (a === 0 && b === 0) break
      slot = (slot + 1) & mask
    }
    table[slot * 2] = hi
    table[slot * 2 + 1] = lo
    this.size++
    if (this.size * 2 > this.#slots) this.#grow()
    return true
  }

  clear(): void {
    if (this.size === 0) return
    this.#slots = INITIAL_SLOTS
    this.#table = new Uint32Array(INITIAL_SLOTS * 2)
    this.size = 0
  }

  #grow(): void {
    const old = this.#table
    this.#slots *= 2
    this.#table = new Uint32Array(this.#slots * 2)
    this.size = 0
    for (let i = 0; i < old.length; i += 2) {
      const hi = old[i] ?? 0
      const lo = old[i + 1] ?? 0
      if (hi !== 0 || lo !== 0) this.add(hi, lo)
    }
  }
}

/**
 * Which identities a partition has met lately. Log time is cut into generations of one horizon; an identity is a
 * duplicate when it occurred in the current generation or the one before, and meeting it again refreshes it. What
 * is remembered follows from the log alone, so replaying from the start of the previous generation rebuilds it.
 */
export class DedupeSet {
  readonly horizonMs: number
  /** Times the size limit cut a generation short: the horizon was not kept. */
  earlyRotations = 0
  #current = new Generation()
  #previous = new Generation()
  #generation = -Infinity
  readonly #seedLo: number
  readonly #seedHi: number
  readonly #maxIdentities: number

  constructor(options: DedupeOptions) {
    this.horizonMs = options.horizonMs
    this.#seedLo = options.seedLo | 0
    this.#seedHi = options.seedHi | 0
    this.#maxIdentities = options.maxIdentities ?? MAX_IDENTITIES_PER_GENERATION
  }

  /** Identities held now. */
  get size(): number {
    return this.#current.size + this.#previous.size
  }

  /** Remembers the identity; true when it had occurred within the horizon. */
  meet(source: string, id: string, logTime: number): boolean {
    const lanes = fingerprint(source, id, this.#seedLo, this.#seedHi)
    const hi = lanes[0] as number
    let lo = lanes[1] as number
    if (hi === 0 && lo === 0) lo = 1
    // A log clock that steps back stays in the generation it had reached.
    const generation = Math.floor(logTime / this.horizonMs)
    if (generation > this.#generation) this.#advance(generation)
    if (!this.#current.add(hi, lo)) return true
    const duplicate = this.#previous.has(hi, lo)
    if (this.#current.size >= this.#maxIdentities) {
      this.earlyRotations++
      this.#rotate()
    }
    return duplicate
  }

  /** First log time whose events must be read again to rebuild what is remembered at `logTime`. */
  rebuildFrom(logTime: number): number {
    return (Math.floor(logTime / this.horizonMs) - 1) * this.horizonMs
  }

  #advance(generation: number): void {
    if (generation > this.#generation + 1) this.#current.clear()
    this.#rotate()
    this.#generation = generation
  }

  #rotate(): void {
    const spent = this.#previous
    this.#previous = this.#current
    this.#current = spent
    spent.clear()
  }
}
