interface Entry {
  recordedAt: number
  /** Refusals since then that have no entry of their own. */
  more: number
}

const recordEveryMs = 60_000
const entriesLimit = 10_000

/** Refused attempts are all counted; one a minute for each key is recorded, with how many came before. */
export class Refusals {
  private readonly entries = new Map<string, Entry>()

  get size(): number {
    return this.entries.size
  }

  /** How many to record now, this one included; 0: it is counted for the next record. */
  add(key: string, now: number): number {
    const known = this.entries.get(key)
    if (known && now - known.recordedAt < recordEveryMs) {
      known.more++
      return 0
    }
    this.entries.delete(key)
    this.entries.set(key, { recordedAt: now, more: 0 })
    while (this.entries.size > entriesLimit) this.entries.delete(this.entries.keys().next().value ?? '')
    return (known?.more ?? 0) + 1
  }

  /** Those that were only counted, for the next entry about the same key. */
  take(key: string): number {
    const known = this.entries.get(key)
    const more = known?.more ?? 0
    if (known) known.more = 0
    return more
  }
}
