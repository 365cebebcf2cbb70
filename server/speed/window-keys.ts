import type { Committed } from './flusher'
import { limits } from './limits'

/** A window with many keys, as last counted. */
export interface FullWindow {
  pipeline: string
  computeId: number
  windowStart: number
  keys: number
  limit: number
}

/** What a worker needs to keep a pipeline from having more keys in a window than its limit. */
export interface KeyGuard {
  /** Keys of a window in the speed view, as far as `atMost`. */
  count(window: { computeId: number; windowStart: number; atMost: number }): Promise<number>
  /** Makes the pipeline's speed layer stand still, and says why. */
  hold(beyond: FullWindow): Promise<void>
}

interface Known {
  pipeline: string
  windowStart: number
  /** Buckets that were new here since the keys were counted. */
  fresh: number
  /** Null: not counted yet. */
  keys: number | null
  /** Keys beyond which the pipeline is held. */
  allowed: number
  countedAt: number
}

/**
 * Notices windows that come to have more keys than their pipeline's limit. New buckets are counted as they are
 * committed, which costs nothing; the keys themselves, over all workers, are counted by the database when so many
 * buckets are new that the limit may have been passed. A window that stood beyond the limit when its work was taken up
 * may grow by a tenth of it: a pipeline that was resumed goes on, and stops again if nothing was mended.
 */
export class WindowKeys {
  readonly #windows = new Map<string, Known>()
  #isCounting = false

  constructor(
    readonly guard: KeyGuard,
    readonly deps: {
      limitOf: (computeId: number) => number
      /** Of the compute's partitions, the part that is held here. */
      shareOf: (computeId: number) => number
      now: () => number
      onFailure: (error: unknown) => void
    },
  ) {}

  note(done: readonly Committed[]): void {
    for (const { task, fresh } of done) {
      for (const [windowStart, count] of fresh) {
        const name = `${task.computeId}/${windowStart}`
        let known = this.#windows.get(name)
        if (known === undefined) {
          known = { pipeline: task.pipeline, windowStart, fresh: 0, keys: null, allowed: 0, countedAt: 0 }
          this.#windows.set(name, known)
          if (this.#windows.size > limits.windowsWatched) this.#dropOldest()
        }
        known.fresh += count
        if (this.#isDue(task.computeId, known)) this.#count()
      }
    }
  }

  /** To be called when a partition of it is taken: what others have added meanwhile is not known. */
  forget(computeId: number): void {
    for (const name of this.#windows.keys()) if (name.startsWith(`${computeId}/`)) this.#windows.delete(name)
  }

  /** Windows near their limit, as counted lately. */
  full(): FullWindow[] {
    const from = this.deps.now() - limits.keysShownMs
    return [...this.#windows].flatMap(([name, known]) => {
      const computeId = computeOf(name)
      const limit = this.deps.limitOf(computeId)
      const { pipeline, windowStart, keys, countedAt } = known
      if (keys === null || keys < limit * limits.keysShownFrom || countedAt < from) return []
      return [{ pipeline, computeId, windowStart, keys, limit }]
    })
  }

  #isDue(computeId: number, { fresh, keys, allowed }: Known): boolean {
    const limit = this.deps.limitOf(computeId)
    const room =
      keys === null
        ? limit * limits.keysCountedFirst
        : Math.max(limit * limits.keysCountedAgain, Math.max(limit, allowed) - keys)
    return fresh >= Math.max(1, room * this.deps.shareOf(computeId))
  }

  #count(): void {
    if (this.#isCounting) return
    this.#isCounting = true
    void this.#countDue()
      .catch((error: unknown) => {
        this.deps.onFailure(error)
      })
      .finally(() => {
        this.#isCounting = false
      })
  }

  async #countDue(): Promise<void> {
    for (const [name, known] of [...this.#windows]) {
      const computeId = computeOf(name)
      if (!this.#isDue(computeId, known)) continue
      const limit = this.deps.limitOf(computeId)
      const { pipeline, windowStart, fresh } = known
      const keys = await this.guard.count({ computeId, windowStart, atMost: limits.keysCountedTo })
      known.fresh -= fresh
      known.countedAt = this.deps.now()
      if (known.keys === null && keys >= limit) known.allowed = keys + limit * limits.keysGrowth
      known.keys = keys
      if (keys > Math.max(limit, known.allowed))
        await this.guard.hold({ pipeline, computeId, windowStart, keys, limit })
    }
  }

  #dropOldest(): void {
    for (const name of this.#windows.keys()) {
      this.#windows.delete(name)
      return
    }
  }
}

const computeOf = (name: string) => Number(name.slice(0, name.indexOf('/')))
