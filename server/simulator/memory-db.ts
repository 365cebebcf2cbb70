/** Rows by key. */
export type Table<Row> = Map<string, Row>

export class Deadlock extends Error {}

/** A statement met a row that another transaction holds; it is run again when that one has ended. */
export class Blocked extends Error {
  constructor(readonly by: Transaction) {
    super('blocked')
  }
}

interface Lock {
  exclusive: Transaction | null
  shared: Transaction[]
}

type Writes = Map<Table<unknown>, Map<string, unknown>>

const deleted = Symbol('deleted')

/**
 * A store with the part of Postgres that the protocols rest on: READ COMMITTED transactions whose writes become
 * visible together, row locks held to the end, statements that wait for a lock and then see what was committed.
 */
export class MemoryDb {
  readonly locks = new Map<string, Lock>()
  /** Told of what each transaction has committed. */
  onCommit: ((transaction: Transaction) => void) | null = null

  begin(by: string): Transaction {
    return new Transaction(this, by)
  }
}

export class Transaction {
  /** Who waits for this one to end. */
  readonly waiters: (() => void)[] = []
  waitsFor: Transaction | null = null
  ended = false
  readonly #db: MemoryDb
  readonly #writes: Writes = new Map()
  readonly #held = new Set<string>()
  /** What the statement under way wrote; null: nothing yet. */
  #statement: Writes | null = null
  #isRunning = false

  constructor(
    db: MemoryDb,
    readonly by: string,
  ) {
    this.#db = db
  }

  /** Runs one statement: all of it or, when it throws, nothing. */
  run<T>(statement: () => T): T {
    if (this.ended) throw new Error('the transaction has ended')
    this.#isRunning = true
    try {
      const result = statement()
      for (const [table, rows] of this.#statement ?? [])
        for (const [key, row] of rows) at(this.#writes, table).set(key, row)
      return result
    } finally {
      this.#statement = null
      this.#isRunning = false
    }
  }

  get<Row>(table: Table<Row>, key: string): Row | undefined {
    const own = this.#own(table, key)
    return own === undefined ? table.get(key) : own === deleted ? undefined : (own as Row)
  }

  /** Every row as this transaction sees it. */
  *values<Row>(table: Table<Row>): Iterable<[string, Row]> {
    const [own, earlier] = [this.#statement?.get(table), this.#writes.get(table)]
    if (own === undefined && earlier === undefined) {
      yield* table
      return
    }
    const written = new Set<string>()
    for (const rows of [own, earlier]) {
      for (const [key, row] of rows ?? []) {
        if (written.has(key)) continue
        written.add(key)
        if (row !== deleted) yield [key, row as Row]
      }
    }
    for (const entry of table) if (!written.has(entry[0])) yield entry
  }

  set<Row>(table: Table<Row>, name: string, key: string, row: Row): void {
    this.lock(name, key)
    at(this.#target(), table).set(key, row)
  }

  delete<Row>(table: Table<Row>, name: string, key: string): void {
    this.lock(name, key)
    at(this.#target(), table).set(key, deleted)
  }

  isLockedByOther(name: string, key: string): boolean {
    const lock = this.#db.locks.get(`${name} ${key}`)
    if (lock === undefined) return false
    return (lock.exclusive !== null && lock.exclusive !== this) || lock.shared.some((one) => one !== this)
  }

  /** Held until the transaction ends. Throws `Blocked` while another transaction holds what it excludes. */
  lock(name: string, key: string, mode: 'exclusive' | 'shared' = 'exclusive'): void {
    const full = `${name} ${key}`
    let lock = this.#db.locks.get(full)
    if (lock === undefined) this.#db.locks.set(full, (lock = { exclusive: null, shared: [] }))
    const other =
      lock.exclusive !== null && lock.exclusive !== this
        ? lock.exclusive
        : mode === 'exclusive'
          ? lock.shared.find((one) => one !== this)
          : undefined
    if (other !== undefined) {
      for (let next: Transaction | null = other; next !== null; next = next.waitsFor)
        if (next.waitsFor === this)
          throw new Deadlock(`deadlock at ${full} between ${this.by} and ${next.by}`)
      throw new Blocked(other)
    }
    if (mode === 'exclusive') lock.exclusive = this
    else if (!lock.shared.includes(this)) lock.shared.push(this)
    this.#held.add(full)
  }

  hasWritten<Row>(table: Table<Row>): boolean {
    return this.#writes.has(table)
  }

  /** What it wrote to a table; a deleted row is undefined. */
  *written<Row>(table: Table<Row>): Iterable<[string, Row | undefined]> {
    for (const [key, row] of this.#writes.get(table) ?? [])
      yield [key, row === deleted ? undefined : (row as Row)]
  }

  commit(): void {
    if (this.ended) throw new Error('the transaction has ended')
    if (this.#writes.size > 0) this.#db.onCommit?.(this)
    for (const [table, rows] of this.#writes)
      for (const [key, row] of rows) {
        if (row === deleted) table.delete(key)
        else table.set(key, row)
      }
    this.#end()
  }

  rollback(): void {
    if (!this.ended) this.#end()
  }

  #end(): void {
    this.ended = true
    for (const full of this.#held) {
      const lock = this.#db.locks.get(full)
      if (lock === undefined) continue
      if (lock.exclusive === this) lock.exclusive = null
      lock.shared = lock.shared.filter((one) => one !== this)
      if (lock.exclusive === null && lock.shared.length === 0) this.#db.locks.delete(full)
    }
    for (const wake of this.waiters.splice(0)) wake()
  }

  #target(): Writes {
    if (!this.#isRunning) return this.#writes
    return (this.#statement ??= new Map<Table<unknown>, Map<string, unknown>>())
  }

  #own(table: Table<unknown>, key: string): unknown {
    return this.#statement?.get(table)?.get(key) ?? this.#writes.get(table)?.get(key)
  }
}

function at(writes: Writes, table: Table<unknown>): Map<string, unknown> {
  let rows = writes.get(table)
  if (rows === undefined) writes.set(table, (rows = new Map<string, unknown>()))
  return rows
}
