import { askersLimit, type Rate } from './limits'

interface Bucket {
  level: number
  at: number
}

/**
 * A bucket of tokens for each asker: filled at a rate up to a burst. What is taken may be known only once it is done,
 * so a level may fall below nothing; the asker then waits until it is made up for. Bounded: the one that asked longest
 * ago is forgotten.
 */
export class TokenBuckets {
  readonly #buckets = new Map<string, Bucket>()

  constructor(private readonly rate: Rate) {}

  get size(): number {
    return this.#buckets.size
  }

  /** Milliseconds until the asker may go on; 0: now. */
  waitMs(asker: string, now: number): number {
    const level = this.#levelOf(asker, now)
    // A fraction that arithmetic lost must not make anybody wait.
    return level > 1 - 1e-6 ? 0 : Math.ceil(((1 - level) / this.rate.perS) * 1_000)
  }

  take(asker: string, weight: number, now: number): void {
    const level = this.#levelOf(asker, now) - weight
    this.#buckets.delete(asker)
    this.#buckets.set(asker, { level, at: now })
    if (this.#buckets.size > askersLimit) this.#buckets.delete(this.#buckets.keys().next().value ?? '')
  }

  /** Takes if the asker may go on; else how long to wait. */
  tryTake(asker: string, weight: number, now: number): number {
    const waitMs = this.waitMs(asker, now)
    if (waitMs === 0) this.take(asker, weight, now)
    return waitMs
  }

  #levelOf(asker: string, now: number): number {
    const known = this.#buckets.get(asker)
    if (known === undefined) return this.rate.burst
    // A clock set back must not take tokens away.
    const filled = (Math.max(0, now - known.at) / 1_000) * this.rate.perS
    return Math.min(this.rate.burst, known.level + filled)
  }
}
