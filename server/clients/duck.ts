import path from 'node:path'
import { DuckDBDataChunk, DuckDBInstance, type DuckDBConnection, type DuckDBValue } from '@duckdb/node-api'
import { fromDuck, toDuck } from './duck-values'

export interface DuckOptions {
  /** A database file; in memory when absent. */
  path?: string
  threads?: number
  /** As DuckDB writes it, e.g. `1GB`. */
  memoryLimit?: string
  /** Where it may spill; nothing is spilled when absent. */
  tempDir?: string
  /** False: rows come in any order unless a statement orders them, which takes less memory. */
  keepsOrder?: boolean
  /** The folders whose files statements may name, beside where it spills; any file when absent. */
  onlyIn?: readonly string[]
}

export type DuckParameters = DuckDBValue[] | Record<string, DuckDBValue>

/** One connection: it runs one statement at a time. BIGINT is a number, DECIMAL a string, BLOB bytes. */
export interface Duck {
  run(sql: string, parameters?: DuckParameters): Promise<void>
  rows<T>(sql: string, parameters?: DuckParameters): Promise<T[]>
  /** Rows as arrays in column order, at most 2,048 at a time, never the whole result in memory. */
  stream(sql: string, parameters?: DuckParameters): AsyncGenerator<unknown[][], void>
  /** Appends equally long columns, in the table's column order; numbers serve for BIGINT and UBIGINT too. */
  appendColumns(table: string, columns: readonly (readonly unknown[])[]): Promise<void>
  /** Another connection to the same database, for work that runs beside this one. */
  fork(): Promise<Duck>
  /** Stops the statement that runs; it rejects. */
  interrupt(): void
  close(): void
}

const vectorSize = 2048

/** Nothing is fetched or loaded at run time, whatever a statement names. */
const closed = {
  autoinstall_known_extensions: 'false',
  autoload_known_extensions: 'false',
  allow_community_extensions: 'false',
} as const

export async function openDuck(options: DuckOptions = {}): Promise<Duck> {
  const config: Record<string, string> = { ...closed }
  if (options.threads !== undefined) config.threads = String(options.threads)
  if (options.memoryLimit !== undefined) config.memory_limit = options.memoryLimit
  if (options.tempDir !== undefined) config.temp_directory = options.tempDir
  if (options.keepsOrder === false) config.preserve_insertion_order = 'false'
  const instance = await DuckDBInstance.create(options.path ?? ':memory:', config)
  const duck = await open(instance)
  if (options.onlyIn !== undefined)
    await confine(duck, [...options.onlyIn, ...(options.tempDir ? [options.tempDir] : [])])
  return {
    ...duck,
    close() {
      duck.close()
      instance.closeSync()
    },
  }
}

/**
 * Expressions of definitions end up in statements. They are compiled, never pasted in; should one ever say more than it
 * may, it finds no file but these, no network, and no setting that it could change back.
 */
async function confine(duck: Duck, folders: readonly string[]): Promise<void> {
  const list = folders.map((folder) => `'${path.resolve(folder).replaceAll("'", "''")}'`).join(', ')
  await duck.run(`SET allowed_directories = [${list}]`)
  await duck.run('SET enable_external_access = false')
  await duck.run('SET lock_configuration = true')
}

async function open(instance: DuckDBInstance): Promise<Duck> {
  const connection = await instance.connect()
  return {
    async run(sql, parameters) {
      await connection.run(sql, parameters)
    },
    async rows<T>(sql: string, parameters?: DuckParameters) {
      const result = await connection.run(sql, parameters)
      const names = result.deduplicatedColumnNames()
      const rows = await result.convertRows(fromDuck)
      return rows.map((row) => Object.fromEntries(names.map((name, i) => [name, row[i]])) as T)
    },
    async *stream(sql, parameters) {
      const result = await connection.stream(sql, parameters)
      for (;;) {
        const chunk = await result.fetchChunk()
        if (chunk === null || chunk.rowCount === 0) return
        yield chunk.convertRows(fromDuck)
      }
    },
    appendColumns: (table, columns) => appendColumns(connection, table, columns),
    fork: () => open(instance),
    interrupt: () => {
      connection.interrupt()
    },
    close: () => {
      connection.closeSync()
    },
  }
}

async function appendColumns(
  connection: DuckDBConnection,
  table: string,
  columns: readonly (readonly unknown[])[],
) {
  const appender = await connection.createAppender(table)
  try {
    const types = Array.from({ length: appender.columnCount }, (_, i) => appender.columnType(i))
    const rowCount = columns[0]?.length ?? 0
    for (let from = 0; from < rowCount; from += vectorSize) {
      const chunk = DuckDBDataChunk.create(types, Math.min(vectorSize, rowCount - from))
      columns.forEach((column, i) => {
        chunk.setColumnValuesConverted(i, column.slice(from, from + vectorSize), toDuck)
      })
      appender.appendDataChunk(chunk)
    }
    appender.flushSync()
  } finally {
    appender.closeSync()
  }
}

/** An interrupt that meets no statement is lost, and a statement may be on its way to the engine still. */
const interruptAgainMs = 50

/** Interrupts what the connection runs once the signal aborts, again and again until the answer is called. */
export function interruptOnAbort(duck: Pick<Duck, 'interrupt'>, signal: AbortSignal | undefined): () => void {
  let timer: NodeJS.Timeout | null = null
  const begin = () => {
    duck.interrupt()
    timer ??= setInterval(() => {
      duck.interrupt()
    }, interruptAgainMs)
  }
  if (signal?.aborted === true) begin()
  else signal?.addEventListener('abort', begin, { once: true })
  return () => {
    signal?.removeEventListener('abort', begin)
    if (timer !== null) clearInterval(timer)
  }
}
