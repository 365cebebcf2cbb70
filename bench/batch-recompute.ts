import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine } from '../server/batch'
import { openDuck } from '../server/clients'
import {
  batchColumns,
  batchPipeline,
  engineProgram,
  firstAt,
  minuteMs,
  relationOf,
  writeSegments,
} from './batch-events'
import { benchType } from './bench-events'
import { figureOfTimes, pairsOf, timed, type BenchOptions, type Figure } from './figure'

const events = 10_000_000
const threads = 2
const memoryMb = 4096

/**
 * Seconds to recompute archived events by minute and key, exactly deduplicated, with what a version keeps (sketches
 * included) in the engine's own process, against plain DuckDB SQL for the same four numbers over the same files.
 */
export async function batchRecompute({ reps, scale, log }: BenchOptions): Promise<Figure> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const count = Math.round(events * scale)
  try {
    const plain = await openDuck({ threads, memoryLimit: `${memoryMb}MiB`, tempDir: dir })
    const relation = relationOf((await writeSegments(plain, dir, count)).map(({ file }) => file))
    const engine = await openDuckDbEngine({
      threads,
      memoryMb,
      tempDir: path.join(dir, 'spill'),
      program: engineProgram,
    })
    const compiled = batchPipeline()
    const columns = { shredded: true, columns: new Set(Object.keys(batchColumns)), eventType: benchType }
    const to = firstAt + Math.ceil(count / minuteMs) * minuteMs
    const pairs = await pairsOf(reps, async (rep) => {
      const limit = await timed(() => countRows(plain.stream(plainSql(relation))))
      const scope = { relation, columns, from: firstAt, to, cut: [count] }
      const own = await timed(() => countRows(engine.cells(compiled, scope, undefined)))
      if (own.result !== limit.result)
        throw new Error(`${own.result} cells recomputed, plain SQL has ${limit.result}`)
      log(
        `batch.recompute rep ${rep}: ${own.seconds.toFixed(2)} s, plain ${limit.seconds.toFixed(2)} s, ${own.result} cells`,
      )
      return { own: own.seconds, limit: limit.seconds }
    })
    await engine.close()
    plain.close()
    return figureOfTimes({ name: 'batch.recompute', unit: 's', n: count }, pairs)
  } finally {
    rmSync(dir, { recursive: true, force: true })
  }
}

const plainSql = (relation: string) =>
  `SELECT ("time" // ${minuteMs}) * ${minuteMs} AS minute, "s:key" AS key, count(*), sum("n:amount"::BIGINT),
          count(DISTINCT "s:user"), quantile_disc("n:amount", 0.95)
     FROM (SELECT DISTINCT ON (source, id) "time", "s:key", "n:amount", "s:user" FROM ${relation} ORDER BY source, id, seq, idx)
    GROUP BY 1, 2`

async function countRows(chunks: AsyncIterable<unknown[]>): Promise<number> {
  let rows = 0
  for await (const chunk of chunks) rows += chunk.length
  return rows
}
