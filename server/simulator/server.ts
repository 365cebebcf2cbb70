import { Blocked, Deadlock, type MemoryDb, type Transaction } from './memory-db'
import type { Process, Scheduler } from './scheduler'

/** How the network and the server treat statements. */
export interface Weather {
  /** Milliseconds one way. */
  latency: () => number
  /** Share of statements whose connection breaks, before or after they were carried out. */
  breaks: number
}

export class ConnectionLost extends Error {
  constructor() {
    super('the connection was lost')
  }
}

/** What a statement does in its transaction, at one instant. */
export type Statement<T> = (transaction: Transaction) => T

/** Statements take their transaction first; whoever calls them from a process waits for the answer. */
export type Remote<Statements> = {
  [Name in keyof Statements]: Statements[Name] extends (
    transaction: Transaction,
    ...rest: infer Rest
  ) => infer Result
    ? (...rest: Rest) => Promise<Awaited<Result>>
    : never
}

type Statements = Record<string, (transaction: Transaction, ...rest: never[]) => unknown>

/** A session whose process stands still in a transaction is ended after so long, as the product's pool asks for. */
const idleInTransactionMs = 60_000

/**
 * The database as processes meet it: every statement travels, is carried out at some instant, waits for locks, and its
 * answer travels back or never arrives. A session that ends, for whatever reason, is rolled back.
 */
export class Server {
  statements = 0
  readonly #sessions = new Set<Session>()
  #isDown = false

  constructor(
    readonly db: MemoryDb,
    readonly scheduler: Scheduler,
    readonly weather: Weather,
  ) {}

  get isDown(): boolean {
    return this.#isDown
  }

  open(process: Process): Session {
    const session = new Session(this, process)
    this.#sessions.add(session)
    return session
  }

  close(session: Session): void {
    this.#sessions.delete(session)
  }

  /** One statement in a transaction of its own. */
  async single<T>(process: Process, statement: Statement<T>): Promise<T> {
    const session = this.open(process)
    try {
      return await session.call((transaction) => {
        const result = transaction.run(() => statement(transaction))
        transaction.commit()
        return result
      })
    } finally {
      this.close(session)
    }
  }

  /** Committed when `fn` resolves, rolled back when it rejects. */
  async transact<T>(process: Process, fn: (session: Session) => Promise<T>): Promise<T> {
    const session = this.open(process)
    try {
      const result = await fn(session)
      await session.call((transaction) => {
        transaction.commit()
      })
      return result
    } catch (error) {
      session.end()
      throw error
    } finally {
      this.close(session)
    }
  }

  /** Statements, each in a transaction of its own; what `own` names is that instead. */
  singles<S extends Statements, Own extends object = object>(process: Process, statements: S, own?: Own) {
    return remote(statements, (statement) => this.single(process, statement), own)
  }

  /** The same within the transaction of a session. */
  within<S extends Statements, Own extends object = object>(session: Session, statements: S, own?: Own) {
    return remote(
      statements,
      (statement) => session.call((transaction) => transaction.run(() => statement(transaction))),
      own,
    )
  }

  /** The process is gone: what it had sent may still arrive, then its sessions end. */
  killed(process: Process, afterMs: number): void {
    for (const session of this.#of(process))
      this.scheduler.after(afterMs, null, () => {
        session.end()
        this.close(session)
      })
  }

  stopped(process: Process): void {
    for (const session of this.#of(process))
      this.scheduler.after(idleInTransactionMs, null, () => {
        if (process.state === 'stopped') session.end()
      })
  }

  /** As `kill -9` of the server: what was not committed is gone, and nobody is answered until it is up again. */
  crash(downMs: number): void {
    this.#isDown = true
    for (const session of this.#sessions) session.end()
    this.scheduler.after(downMs, null, () => {
      this.#isDown = false
    })
  }

  /** Whether something that a killed process had sent may still arrive. */
  isLingering(): boolean {
    for (const { process } of this.#sessions) if (process.state === 'killed') return true
    return false
  }

  #of(process: Process): Session[] {
    return [...this.#sessions].filter((session) => session.process === process)
  }
}

export class Session {
  readonly transaction: Transaction
  /** Gives up the statement that waits for a lock. */
  #giveUp: (() => void) | null = null

  constructor(
    readonly server: Server,
    readonly process: Process,
  ) {
    this.transaction = server.db.begin(process.name)
  }

  call<T>(statement: Statement<T>): Promise<T> {
    const { scheduler, weather } = this.server
    const { random } = scheduler
    const breaks = random.chance(weather.breaks) ? random.pick(['before', 'after'] as const) : null
    return new Promise((resolve, reject) => {
      const answer = (go: () => void) => {
        scheduler.after(weather.latency(), this.process, go)
      }
      const refuse = (error: Error) => {
        answer(() => {
          reject(error)
        })
      }
      const attempt = () => {
        this.#giveUp = null
        this.transaction.waitsFor = null
        if (this.transaction.ended || this.server.isDown) {
          refuse(new ConnectionLost())
          return
        }
        try {
          const result = statement(this.transaction)
          this.server.statements++
          if (breaks === 'after') {
            this.end()
            refuse(new ConnectionLost())
          } else
            answer(() => {
              resolve(result)
            })
        } catch (error) {
          if (!(error instanceof Blocked)) {
            if (error instanceof Deadlock) this.end()
            refuse(error as Error)
            return
          }
          this.transaction.waitsFor = error.by
          const again = () => scheduler.after(0, null, attempt)
          error.by.waiters.push(again)
          this.#giveUp = () => {
            refuse(new ConnectionLost())
          }
        }
      }
      scheduler.after(weather.latency(), null, () => {
        if (breaks === 'before') this.end()
        attempt()
      })
    })
  }

  /** Rolls back what was not committed. */
  end(): void {
    this.transaction.rollback()
    this.#giveUp?.()
    this.#giveUp = null
  }
}

/** Made when asked for: most transactions use a few of many statements. */
function remote<S extends Statements, Own extends object>(
  statements: S,
  call: (statement: Statement<unknown>) => Promise<unknown>,
  own?: Own,
): Remote<S> & Own {
  const get = (_: S, name: string) => {
    if (own !== undefined && Object.hasOwn(own, name)) return own[name as keyof Own]
    const statement = statements[name]
    if (statement === undefined) return undefined
    return (...rest: never[]) => call((transaction) => statement(transaction, ...rest))
  }
  return new Proxy(statements, { get }) as unknown as Remote<S> & Own
}
