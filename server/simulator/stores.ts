import type { JobRun } from '../control'
import type { ServingStore, ServingTransaction } from '../serving'
import type { SpeedStore } from '../speed'
import { memoryArchive } from './memory-archive'
import type { Transaction } from './memory-db'
import { memoryJobs } from './memory-jobs'
import { memoryServing } from './memory-serving'
import { memorySpeed } from './memory-speed'
import type { Process } from './scheduler'
import type { Remote, Server, Session } from './server'
import { computeId, documentOf, pipelineName, type Settings } from './settings'
import type { Tables } from './tables'

/** Every statement of the store, as the protocols name them, on tables in memory. */
export function memoryStatements(tables: Tables, now: () => number) {
  return {
    speed: memorySpeed(tables, now),
    serving: memoryServing(tables, now),
    jobs: memoryJobs(tables, now),
    archive: memoryArchive(tables, now),
  }
}

export type AllStatements = MemoryStatements['serving'] & MemoryStatements['jobs'] & MemoryStatements['speed']
export type MemoryStatements = ReturnType<typeof memoryStatements>

/** One transaction with all statements in it. */
export type MemoryTransaction = ServingTransaction &
  Pick<Remote<MemoryStatements['jobs']>, 'claimJob' | 'lockHeldJob' | 'endJob'> &
  Pick<Remote<MemoryStatements['speed']>, 'rotateEpoch'>

export interface ProcessStores {
  speed: SpeedStore
  serving: Omit<ServingStore, 'transact'> & {
    transact<T>(fn: (store: MemoryTransaction) => Promise<T>): Promise<T>
  }
  jobs: Remote<MemoryStatements['jobs']>
  archive: Remote<MemoryStatements['archive']>
  beats: ConstructorParameters<typeof JobRun>[0]
}

/** The store as a process reaches it, in the shape of the product's ports. */
export function storesFor(
  server: Server,
  statements: MemoryStatements,
  settings: { settings: Settings; type: string },
): (process: Process) => ProcessStores {
  const all: AllStatements = { ...statements.serving, ...statements.jobs, ...statements.speed }
  return (process) => {
    const jobs = server.singles(process, statements.jobs)
    const { speed } = statements
    return {
      speed: server.singles(process, speed, {
        ...speedExtras(server, process, settings),
        view: {
          transact: (fn) => server.transact(process, (session) => fn(server.within(session, speed))),
        },
      } satisfies Partial<SpeedStore>),
      serving: server.singles(process, statements.serving, {
        transact: <T>(fn: (store: MemoryTransaction) => Promise<T>) =>
          server.transact(process, (session) => fn(transactionOf(server, session, all))),
      }),
      jobs,
      archive: server.singles(process, statements.archive),
      beats: { beatJob: (job, state) => jobs.beatJob(job, state) },
    }
  }
}

function transactionOf(server: Server, session: Session, statements: AllStatements): MemoryTransaction {
  const all = server.within(session, statements, {
    copyCells: async (lines: AsyncIterable<string>) => {
      const cells: string[] = []
      for await (const portion of lines) cells.push(...portion.split('\n').filter((line) => line !== ''))
      return all.copyLines(cells)
    },
    withoutTimeouts: () => Promise.resolve(),
  })
  return all
}

/** What the worker reads that no protocol rests on: the same for all, always. */
function speedExtras(
  server: Server,
  process: Process,
  { settings, type }: { settings: Settings; type: string },
): Pick<SpeedStore, 'readComputesInForce' | 'readDedupeSeed' | 'readSkipped' | 'recordHole'> {
  const compute = {
    id: computeId,
    pipeline: pipelineName,
    type,
    partitions: settings.partitions,
    definition: documentOf(settings, type),
    served: true,
    createdAt: 0,
  }
  const answer = <T>(value: T) => server.single(process, (_tx: Transaction) => value)
  return {
    readComputesInForce: () => answer([compute]),
    readDedupeSeed: () => answer({ seedLo: 1, seedHi: 2 }),
    readSkipped: () => answer(null),
    recordHole: () => Promise.reject(new Error('the simulated log never drops a message')),
  }
}
