import type { Clock } from '../platform'

export interface RecentOptions {
  clock: Clock
  maxAgeMs?: number
  maxEntries?: number
}

/**
 * Identities the log has acknowledged lately, so that a request sent again is answered without appending. Bounded
 * by time and size: beyond it duplicates reach the log, where both layers recognise them.
 */
export class RecentIdentities {
  readonly #clock: Clock
  readonly #maxAgeMs: number
  readonly #maxEntries: number
  #young = new Set<string>()
  #old = new Set<string>()
  #rotatedAt: number
  /** Identities on their way to the log, and whether it took them. */
  readonly #pending = new Map<string, Promise<boolean>>()

  constructor({ clock, maxAgeMs = 10 * 60_000, maxEntries = 200_000 }: RecentOptions) {
    this.#clock = clock
    this.#maxAgeMs = maxAgeMs
    this.#maxEntries = maxEntries
    this.#rotatedAt = clock.now()
  }

  has(identity: string): boolean {
    this.#rotate()
    return this.#young.has(identity) || this.#old.has(identity)
  }

  pending(identity: string): Promise<boolean> | undefined {
    return this.#pending.get(identity)
  }

  /** Marks identities as on their way until `done` settles; remembered only when it resolves. */
  track(identities: readonly string[], done: Promise<void>): void {
    const taken = done.then(
      () => {
        for (const identity of identities) this.#remember(identity)
        return true
      },
      () => false,
    )
    for (const identity of identities) this.#pending.set(identity, taken)
    void taken.then(() => {
      for (const identity of identities) this.#pending.delete(identity)
    })
  }

  #remember(identity: string): void {
    this.#rotate()
    this.#young.add(identity)
  }

  // Two generations: what was added in the last half to whole age is known, and forgetting costs nothing.
  #rotate(): void {
    const age = this.#clock.now() - this.#rotatedAt
    if (age < this.#maxAgeMs / 2 && this.#young.size < this.#maxEntries / 2) return
    this.#old = age < this.#maxAgeMs ? this.#young : new Set()
    this.#young = new Set()
    this.#rotatedAt = this.#clock.now()
  }
}
