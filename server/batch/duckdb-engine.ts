import { mkdirSync } from 'node:fs'
import { interruptOnAbort, openDuck, type Duck } from '../clients'
import {
  firstSeqsSql,
  recomputeSql,
  versionCellReader,
  type CompiledPipeline,
  type RecomputeScope,
} from '../pipeline'
import { decideEvents, onFork, whatFailed } from './duckdb-decisions'
import type { BatchEngine, EngineCell } from './engine'

export interface DuckDbEngineOptions {
  /** Where a statement that outgrows its memory spills. */
  tempDir: string
  threads?: number
  /** As DuckDB writes it. */
  memoryLimit?: string
}

/** DuckDB in this process. One statement at a time: a run that shares it with another waits. */
export async function openDuckDbEngine(options: DuckDbEngineOptions): Promise<BatchEngine> {
  mkdirSync(options.tempDir, { recursive: true })
  const duck = await openDuck({ memoryLimit: '1GB', ...options })
  // The statements order their own result; keeping the order of the files too would only cost memory.
  await duck.run('SET preserve_insertion_order = false')
  return duckDbEngine(duck)
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
    decide: (compiled, scope, signal) => decideEvents(duck, { compiled, scope, signal }),
    close: () => {
      duck.close()
      return Promise.resolve()
    },
  }
}

interface Request {
  compiled: CompiledPipeline
  scope: RecomputeScope
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
