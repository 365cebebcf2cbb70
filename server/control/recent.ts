import type { Clock } from '../platform'

interface Entry<T> {
  at: number
  value: Promise<T>
}

const entriesLimit = 1_000

/** Answers several askers within `maxAgeMs` with one read; a failed read is not kept. */
export class Recent<T> {
  private readonly entries = new Map<string, Entry<T>>()

  constructor(
    private readonly clock: Clock,
    private readonly maxAgeMs: number,
  ) {}

  get(key: string, read: () => Promise<T>): Promise<T> {
    const now = this.clock.now()
    const known = this.entries.get(key)
    if (known && now - known.at < this.maxAgeMs && now >= known.at) return known.value
    const entry: Entry<T> = { at: now, value: read() }
    entry.value.catch(() => {
      if (this.entries.get(key) === entry) this.entries.delete(key)
    })
    this.entries.delete(key)
    this.entries.set(key, entry)
    if (this.entries.size > entriesLimit) this.entries.delete(this.entries.keys().next().value ?? '')
    return entry.value
  }
}
