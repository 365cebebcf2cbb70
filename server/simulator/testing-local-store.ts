import type { MemoryDb, Transaction } from './memory-db'
import type { Remote } from './server'
import type { AllStatements, MemoryStatements, MemoryTransaction } from './stores'

type Statements = Record<string, (transaction: Transaction, ...rest: never[]) => unknown>

/** The store in memory for one caller, without network or faults: what it answers is compared with Postgres. */
export function localStore(db: MemoryDb, { speed, serving, jobs, archive }: MemoryStatements) {
  const single = <S extends Statements>(statements: S): Remote<S> =>
    bound(statements, (statement) => {
      const transaction = db.begin('local')
      const result = transaction.run(() => statement(transaction))
      transaction.commit()
      return Promise.resolve(result)
    })
  const all = { ...serving, ...jobs, ...speed }
  const transact = async <T>(
    fn: (store: MemoryTransaction & Remote<AllStatements>) => Promise<T>,
  ): Promise<T> => {
    const transaction = db.begin('local')
    const within = bound(all, (statement) => Promise.resolve(transaction.run(() => statement(transaction))))
    const local = {
      copyCells: async (lines: AsyncIterable<string>) => {
        const cells: string[] = []
        for await (const portion of lines) cells.push(...portion.split('\n').filter((line) => line !== ''))
        return within.copyLines(cells)
      },
      withoutTimeouts: () => Promise.resolve(),
    }
    try {
      const result = await fn({ ...within, ...local })
      transaction.commit()
      return result
    } finally {
      transaction.rollback()
    }
  }
  return {
    speed: { ...single(speed), view: { transact } },
    serving: { ...single(serving), transact },
    jobs: single(jobs),
    archive: single(archive),
  }
}

function bound<S extends Statements>(
  statements: S,
  call: (statement: (transaction: Transaction) => unknown) => Promise<unknown>,
): Remote<S> {
  return Object.fromEntries(
    Object.entries(statements).map(([name, statement]) => [
      name,
      async (...rest: never[]) => await call((transaction) => statement(transaction, ...rest)),
    ]),
  ) as Remote<S>
}
