import { batchKeysFactor, keysPerWindowOf, type Definition } from '../pipeline'
import { AppError } from '../platform'

/** Refuses a version whose windows have far more keys than their pipeline may have, before they are staged. */
export class KeyLimit {
  readonly #limit: number
  readonly #keys = new Map<number, number>()

  constructor(readonly definition: Pick<Definition, 'name' | 'keysPerWindow'>) {
    this.#limit = keysPerWindowOf(definition) * batchKeysFactor
  }

  /** Of one chunk; a cell is met once. */
  note(cells: readonly { windowStart: number }[]): void {
    for (const { windowStart } of cells) {
      const keys = (this.#keys.get(windowStart) ?? 0) + 1
      if (keys > this.#limit) this.#refuse(windowStart)
      this.#keys.set(windowStart, keys)
    }
  }

  #refuse(windowStart: number): never {
    throw new AppError(
      'unprocessable',
      `Recomputing ${this.definition.name} was refused: its window of ${new Date(windowStart).toISOString()} has more than ${this.#limit} keys, ${batchKeysFactor} times what spec.limits.keysPerWindow allows. Quarantine the producer that sends them, or raise the limit, then recompute.`,
    )
  }
}
