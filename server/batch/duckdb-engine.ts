import { interruptOnAbort, openDuck, openDuckProcess, spillDir, type Duck } from '../clients'
import {
  firstSeqsSql,
  recomputeSql,
  repeatsSql,
  versionCellReader,
  type CompiledPipeline,
  type RecomputeScope,
  type RepeatsScope,
} from '../pipeline'
import { newId } from '../platform'
import { decideEvents, onFork, whatFailed } from './duckdb-decisions'
import type { BatchEngine, EngineCell, Repeats } from './engine'
import { batchMemoryMb, nodeMb } from './limits'

export interface DuckDbEngineOptions {
  /** Statements that outgrow their memory spill into a folder of this process below it. */
  tempDir: string
  threads?: number
  /** What DuckDB may take, in MiB. */
  memoryMb?: number
  /** What Node is given to serve DuckDB in a process of its own; absent: DuckDB is in this one. */
  program?: readonly string[]
  /** The folders whose files it may read, beside where it spills; any file when absent. */
  onlyIn?: readonly string[]
  /** Told of each process that is started. */
  onStart?: (pid: number) => void
}

/**
 * DuckDB, for one run or several at once: they share its memory. In a process of its own it may take all in all a
 * quarter more, and what Node itself needs; the kernel refuses it what is beyond.
 */
export async function openDuckDbEngine({
  tempDir,
  memoryMb = batchMemoryMb,
  program,
  onStart,
  ...options
}: DuckDbEngineOptions): Promise<BatchEngine> {
  const duck = {
    ...options,
    memoryLimit: `${memoryMb}MiB`,
    tempDir: spillDir(tempDir),
    // The statements order their own result; keeping the order of the files too would only cost memory.
    keepsOrder: false,
  }
  if (program === undefined) return duckDbEngine(await openDuck(duck))
  const processBytes = (memoryMb * 1.25 + nodeMb) * 1024 ** 2
  return duckDbEngine(await openDuckProcess({ ...duck, program, processBytes, ...(onStart && { onStart }) }))
}

/** An engine on a database that is open. */
export function duckDbEngine(duck: Duck): BatchEngine {
  return {
    name: 'duckdb',
    cells: (compiled, scope, signal) => cells(duck, { compiled, scope, signal }),
    firstSeqs: (compiled, scope, signal) =>
      onFork(duck, compiled, signal, async (connection) => {
        const rows = await connection.rows<{ part: number; seq: number }>(firstSeqsSql(scope))
        return new Map(rows.map(({ part, seq }) => [part, seq]))
      }),
    repeats: (compiled, scope, signal) => keepRepeats(duck, { compiled, scope, signal }),
    decide: (compiled, scope, signal) => decideEvents(duck, { compiled, scope, signal }),
    close: () => {
      duck.close()
      return Promise.resolve()
    },
  }
}

/** In a table of the database, which the connections of all chunks see. */
async function keepRepeats(duck: Duck, { compiled, scope, signal }: Request<RepeatsScope>): Promise<Repeats> {
  const table = `repeat_${newId().replaceAll('-', '')}`
  await onFork(duck, compiled, signal, (connection) =>
    connection.run(`CREATE TABLE ${table} AS ${repeatsSql(scope)}`),
  )
  return {
    relation: table,
    // With its process the table is gone as well.
    close: () => onFork(duck, compiled, undefined, (own) => own.run(`DROP TABLE IF EXISTS ${table}`)),
  }
}

interface Request<Scope = RecomputeScope> {
  compiled: CompiledPipeline
  scope: Scope
  signal: AbortSignal | undefined
}

async function* cells(duck: Duck, { compiled, scope, signal }: Request): AsyncGenerator<EngineCell[]> {
  signal?.throwIfAborted()
  const connection = await duck.fork()
  const done = interruptOnAbort(connection, signal)
  const read = versionCellReader(compiled)
  try {
    for await (const rows of connection.stream(recomputeSql(compiled, scope))) {
      signal?.throwIfAborted()
      yield rows.map((row) => toCell(row, read))
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw whatFailed('Recomputing', compiled, error)
  } finally {
    done()
    connection.close()
  }
}

function toCell(row: unknown[], read: ReturnType<typeof versionCellReader>): EngineCell {
  const [windowStart, key, acc, sketch] = row as [number, string, string, string | null]
  return { windowStart, key, ...read(acc, sketch) }
}
