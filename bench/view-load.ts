import { recompute, type BatchEngine, type EngineCell } from '../server/batch'
import { copyInto, inTransaction, type Pool } from '../server/clients'
import type { TestServices } from '../server/clients/testing'
import { systemClock } from '../server/platform'
import { discardVersions } from '../server/serving'
import { batchPipeline, firstAt, minuteMs } from './batch-events'
import { benchKeys, benchType } from './bench-events'
import { addPipeline, openBenchServices } from './bench-services'
import { figurePerSecond, pairsOf, type BenchOptions, type Figure } from './figure'

const cells = 1_000_000
const cellsTogether = 2_000

/**
 * Cells a second that a run stages as a version (digest, chunk and state included), given its results, against COPY of
 * the same lines into the same table, index included.
 */
export async function viewLoad({ reps, scale, log }: BenchOptions): Promise<Figure> {
  const count = Math.max(benchKeys, Math.round((cells * scale) / benchKeys) * benchKeys)
  const services = await openBenchServices()
  try {
    const computeId = await addPipeline(services, 'bench-load')
    const results = resultsOf(count)
    const pairs = await pairsOf(reps, async (rep) => {
      const limit = await copyPlain(services.pool, computeId, results)
      const own = await stage(services, computeId, results)
      log(`view.load rep ${rep}: ${own.toFixed(2)} s, COPY ${limit.toFixed(2)} s, ${count} cells`)
      return { own, limit }
    })
    return figurePerSecond({ name: 'view.load', unit: 'cells/s', n: count }, pairs)
  } finally {
    await services.stop()
  }
}

/** Results as an engine gives them, ordered by window and key. */
function resultsOf(count: number): EngineCell[][] {
  const results: EngineCell[][] = []
  for (let from = 0; from < count; from += cellsTogether)
    results.push(
      Array.from({ length: Math.min(cellsTogether, count - from) }, (_, i) => ({
        windowStart: firstAt + Math.floor((from + i) / benchKeys) * minuteMs,
        key: `k${String((from + i) % benchKeys).padStart(4, '0')}`,
        accText: `{60,${(from + i) % 9_973},60,${(from + i) % 61},${(from + i) % 997}}`,
        sketchHex: null,
      })),
    )
  return results
}

async function copyPlain(pool: Pool, computeId: number, results: readonly EngineCell[][]): Promise<number> {
  // A version that is none: its number is taken, and its rows go again with it.
  const { rows } = await pool.query<{ id: number }>(
    `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, state, schemas, created_by)
     SELECT $1, coalesce(max(number), 0) + 1, 'bench-load', 0, 1, 0, '{}', 'staging', '{}', 'bench'
       FROM version WHERE pipeline = 'bench-load' RETURNING id`,
    [computeId],
  )
  const id = rows[0]?.id ?? 0
  const lines = results.map((part) =>
    part.map(({ windowStart, key, accText }) => `${id}\t${windowStart}\t${key}\t${accText}\t\\N\n`).join(''),
  )
  const startedAt = performance.now()
  await inTransaction(pool, (client) =>
    copyInto(client, `COPY version_cell (version_id, window_start, key, acc, sketch) FROM STDIN`, lines),
  )
  const seconds = (performance.now() - startedAt) / 1_000
  await discardVersions(pool, computeId, [id])
  return seconds
}

async function stage(
  { pool }: TestServices,
  computeId: number,
  results: readonly EngineCell[][],
): Promise<number> {
  const last = results.at(-1)?.at(-1)?.windowStart ?? firstAt
  const range = { from: firstAt, to: last + minuteMs }
  const unasked = () => Promise.reject(new Error('not asked for here'))
  const engine: BatchEngine = {
    name: 'results',
    async *cells() {
      yield* results
    },
    repeats: unasked,
    firstSeqs: unasked,
    decide: unasked,
    close: () => Promise.resolve(),
  }
  const segments = [{ minTime: range.from, maxTime: range.to - 1, rows: 1, bytes: 1 }]
  const columns = { shredded: true, columns: new Set<string>(), eventType: benchType }
  const startedAt = performance.now()
  const staged = await recompute({
    pool,
    engine,
    archive: {
      reachedSeq: () => Promise.resolve(1),
      scan: () => Promise.resolve({ relation: 'results', columns, segments }),
    },
    clock: systemClock,
    compute: { id: computeId, pipeline: 'bench-load' },
    compiled: batchPipeline(),
    range,
    cut: { epoch: 0, seqs: [1], watermarks: [range.to] },
    actor: 'bench',
    reason: null,
    jobId: null,
  })
  const seconds = (performance.now() - startedAt) / 1_000
  await discardVersions(pool, computeId, [staged.id])
  return seconds
}
