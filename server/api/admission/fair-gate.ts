import { AppError } from '../../platform'

interface Bounds {
  /** Held by all together. */
  capacity: number
  /** Held by one. */
  share: number
  /** Requests of one that wait for their turn. */
  waiting: number
}

interface Waiting {
  weight: number
  enter: () => void
}

/**
 * Lets work in up to a capacity, and one asker up to its share of it. Who waits is served in turns, one of each asker:
 * a flood of one delays another by one turn, not by the flood. What one asker has waiting is bounded; beyond it is 429.
 */
export class FairGate {
  #held = 0
  readonly #heldBy = new Map<string, number>()
  /** In the order of turns: the asker served last is at the end. */
  readonly #waiting = new Map<string, Waiting[]>()

  constructor(private readonly bounds: Bounds) {}

  get held(): number {
    return this.#held
  }

  async hold<T>(asker: string, wanted: number, work: () => Promise<T>): Promise<T> {
    const weight = Math.min(wanted, this.bounds.share)
    await this.#enter(asker, weight)
    try {
      return await work()
    } finally {
      this.#leave(asker, weight)
    }
  }

  #enter(asker: string, weight: number): Promise<void> {
    const queue = this.#waiting.get(asker) ?? []
    if (queue.length === 0 && this.#fits(asker, weight) && !this.#isTurnDue()) {
      this.#take(asker, weight)
      return Promise.resolve()
    }
    if (queue.length >= this.bounds.waiting)
      throw new AppError(
        'too_many_requests',
        `Refused: ${queue.length} requests of this sign-in are waiting already. Send fewer at once, with more events each.`,
        { retryAfterS: 1 },
      )
    return new Promise((enter) => {
      queue.push({ weight, enter })
      this.#waiting.set(asker, queue)
    })
  }

  #leave(asker: string, weight: number): void {
    this.#held -= weight
    const left = (this.#heldBy.get(asker) ?? 0) - weight
    if (left > 0) this.#heldBy.set(asker, left)
    else this.#heldBy.delete(asker)
    while (this.#admitNext());
  }

  /** The next turn that fits; an asker whose share is full is passed over, a turn for which there is no room is not. */
  #admitNext(): boolean {
    for (const [asker, queue] of this.#waiting) {
      const [next] = queue
      if (next === undefined || !this.#hasShareFor(asker, next.weight)) continue
      if (!this.#fits(asker, next.weight)) return false
      queue.shift()
      this.#waiting.delete(asker)
      if (queue.length > 0) this.#waiting.set(asker, queue)
      this.#take(asker, next.weight)
      next.enter()
      return true
    }
    return false
  }

  /** Whether somebody waits for room alone: who comes now does not go before. */
  #isTurnDue(): boolean {
    for (const [asker, [next]] of this.#waiting)
      if (next !== undefined && this.#hasShareFor(asker, next.weight)) return true
    return false
  }

  #hasShareFor(asker: string, weight: number): boolean {
    return (this.#heldBy.get(asker) ?? 0) + weight <= this.bounds.share
  }

  #fits(asker: string, weight: number): boolean {
    return this.#held + weight <= this.bounds.capacity && this.#hasShareFor(asker, weight)
  }

  #take(asker: string, weight: number): void {
    this.#held += weight
    this.#heldBy.set(asker, (this.#heldBy.get(asker) ?? 0) + weight)
  }
}
