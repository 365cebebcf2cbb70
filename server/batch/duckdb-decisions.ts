import { interruptOnAbort, type Duck } from '../clients'
import {
  eventCountsSql,
  rememberedSeqSql,
  stepsSql,
  unlikeEventsSql,
  versionCellReader,
  type AttributedCell,
  type CompiledPipeline,
  type DecisionScope,
} from '../pipeline'
import { AppError } from '../platform'
import type { DecidedEvents } from './engine'

type CellNames = Parameters<DecidedEvents['steps']>[0]

interface Request {
  compiled: CompiledPipeline
  scope: DecisionScope
  signal: AbortSignal | undefined
}

export function whatFailed(doing: string, { definition }: CompiledPipeline, error: unknown): AppError {
  const why = error instanceof Error ? error.message : String(error)
  const remedy = /out of memory/i.test(why)
    ? `The run ran out of memory; the layers and everything else go on. Give it more with PARALLAX_BATCH_MEMORY_MB, or recompute a shorter range.`
    : 'The run can be repeated.'
  return new AppError(
    'internal',
    `${doing} ${definition.name} in DuckDB failed: ${why.replace(/\.?$/, '.')} Nothing was published. ${remedy}`,
    { cause: error },
  )
}

/** Runs a statement of a run or a comparison on a connection of its own, which an abort interrupts. */
export async function onFork<T>(
  duck: Duck,
  compiled: CompiledPipeline,
  signal: AbortSignal | undefined,
  run: (connection: Duck) => Promise<T>,
): Promise<T> {
  const connection = await duck.fork()
  try {
    return await interruptible(connection, compiled, signal, () => run(connection))
  } finally {
    connection.close()
  }
}

async function interruptible<T>(
  connection: Duck,
  compiled: CompiledPipeline,
  signal: AbortSignal | undefined,
  run: () => Promise<T>,
): Promise<T> {
  signal?.throwIfAborted()
  const done = interruptOnAbort(connection, signal)
  try {
    return await run()
  } catch (error) {
    signal?.throwIfAborted()
    throw whatFailed('Recomputing or attributing differences of', compiled, error)
  } finally {
    done()
  }
}

/** The unlike events are few: they are kept in a table of the connection, and joined to what is asked for. */
export async function decideEvents(duck: Duck, { compiled, scope, signal }: Request): Promise<DecidedEvents> {
  const connection = await duck.fork()
  const guarded = <T>(run: () => Promise<T>) => interruptible(connection, compiled, signal, run)
  try {
    await guarded(async () => {
      const remembered = await rememberedSeq(connection, scope)
      const known =
        remembered === null ? scope : { ...scope, start: { ...scope.start, rememberedSeq: remembered } }
      await connection.run(`CREATE TEMP TABLE unlike_event AS ${unlikeEventsSql(compiled, known)}`)
    })
  } catch (error) {
    connection.close()
    throw error
  }
  return {
    async *counts() {
      for await (const rows of streamed(connection, eventCountsSql('unlike_event'), { compiled, signal }))
        yield rows.map((row) => {
          const [windowStart, key, late, duplicate, unlike] = row as [number, string, number, number, number]
          return { windowStart, key, late, duplicate, unlike }
        })
    },
    async *steps(cells) {
      await guarded(() => fillCells(connection, cells))
      const sql = stepsSql(compiled, {
        ...scope,
        ...rangeOf(compiled, cells),
        cells: 'chosen_cell',
        unlike: 'unlike_event',
      })
      const read = versionCellReader(compiled)
      for await (const rows of streamed(connection, sql, { compiled, signal }))
        yield rows.map((row) => toStep(row, read))
    },
    close: () => {
      connection.close()
      return Promise.resolve()
    },
  }
}

async function* streamed(
  connection: Duck,
  sql: string,
  { compiled, signal }: Pick<Request, 'compiled' | 'signal'>,
): AsyncGenerator<unknown[][]> {
  signal?.throwIfAborted()
  const done = interruptOnAbort(connection, signal)
  try {
    for await (const rows of connection.stream(sql)) {
      signal?.throwIfAborted()
      yield rows
    }
  } catch (error) {
    signal?.throwIfAborted()
    throw whatFailed('Attributing differences of', compiled, error)
  } finally {
    done()
  }
}

async function fillCells(connection: Duck, { windowStart, key }: CellNames): Promise<void> {
  await connection.run('CREATE OR REPLACE TEMP TABLE chosen_cell (w BIGINT, k VARCHAR)')
  await connection.appendColumns('chosen_cell', [windowStart, key])
}

/** Cells come in order of their windows: only the stretch of the archive that they span is read. */
function rangeOf({ definition }: CompiledPipeline, { windowStart }: CellNames): { from: number; to: number } {
  const [first = 0] = windowStart
  return { from: first, to: (windowStart.at(-1) ?? first) + definition.windowSizeMs }
}

function toStep(row: unknown[], read: ReturnType<typeof versionCellReader>): AttributedCell {
  const [windowStart, key, step, events, acc, sketch, magnitudes] = row as [
    number,
    string,
    number,
    number,
    string | null,
    string | null,
    number[],
  ]
  const cell = acc === null ? { accText: null, sketchHex: null } : read(acc, sketch)
  return { windowStart, key, step, events, magnitudes, ...cell }
}

async function rememberedSeq(connection: Duck, { log, start }: DecisionScope): Promise<number | null> {
  if (start.rememberedFrom === null) return null
  const rows = await connection.rows<{ seq: number }>(rememberedSeqSql(log, start))
  return rows[0]?.seq ?? 0
}
