/**
 * One read at a time for all who ask for the same, however many come at once. Each gets a read that began after it
 * asked: who asks while one is under way waits for the next, together with all others who do.
 */
export class SharedReads<T> {
  readonly #reads = new Map<string, { running: Promise<T>; next: Promise<T> | null }>()

  get(key: string, read: () => Promise<T>): Promise<T> {
    const known = this.#reads.get(key)
    if (known === undefined) return this.#start(key, read)
    return (known.next ??= known.running.then(
      () => this.#start(key, read),
      () => this.#start(key, read),
    ))
  }

  #start(key: string, read: () => Promise<T>): Promise<T> {
    const entry: { running: Promise<T>; next: Promise<T> | null } = { running: read(), next: null }
    this.#reads.set(key, entry)
    const end = () => {
      if (entry.next === null) this.#reads.delete(key)
    }
    entry.running.then(end, end)
    return entry.running
  }
}
