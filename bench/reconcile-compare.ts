import { mkdtempSync, rmSync } from 'node:fs'
import { tmpdir } from 'node:os'
import path from 'node:path'
import { openDuckDbEngine } from '../server/batch'
import { openDuck, type Pool } from '../server/clients'
import { startTestServices } from '../server/clients/testing'
import { compilePipeline, parseDefinition } from '../server/pipeline'
import { systemClock } from '../server/platform'
import { compareStaged } from '../server/reconcile'
import { benchType } from './bench-events'
import { figurePerSecond, pairsOf, timed, type BenchOptions, type Figure } from './figure'

const cells = 2_000_000
const keys = 1_000
/** One cell in so many had a late event since the version that answers. */
const differsEvery = 1_000
const minuteMs = 60_000
const firstAt = Date.UTC(2026, 0, 1)

/** The last window is still open: nothing is late in it. */
const lateOf = (count: number) => Math.ceil((count - keys) / differsEvery)

const definition = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: 'bench-reconcile', title: 'bench', owner: 'bench' },
  spec: {
    events: { type: benchType },
    key: 'data.key',
    window: { size: '60s' },
    lateness: { outOfOrder: '0s', allowed: '0s', beyond: 'defer' },
    measures: { orders: { count: true }, amount: { sum: 'data.amount', type: 'int' } },
  },
}

/**
 * Cells a second compared with what was served, their differences attributed to the last event and written, against a
 * plain SQL join of the two versions' rows that only counts what differs.
 */
export async function reconcileCompare({ reps, scale, log }: BenchOptions): Promise<Figure> {
  const dir = mkdtempSync(path.join(tmpdir(), 'parallax-bench-'))
  const count = Math.max(keys, Math.round((cells * scale) / keys) * keys)
  const services = await startTestServices()
  const { pool } = services
  const engine = await openDuckDbEngine({ threads: 2, memoryMb: 2048, tempDir: path.join(dir, 'spill') })
  try {
    const parsed = parseDefinition(definition)
    if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
    const compiled = compilePipeline(parsed.definition)
    const file = path.join(dir, 'events.parquet')
    await writeArchive(file, count)
    const { served, staged } = await writeVersions(pool, count)
    const scan = {
      relation: `read_parquet(['${file}'], union_by_name = true)`,
      columns: { shredded: true, columns: new Set(['s:key', 'n:amount']), eventType: benchType },
      segments: [{ minTime: firstAt, maxTime: firstAt + (count / keys) * minuteMs, rows: count }],
    }
    const archive = { scan: () => Promise.resolve(scan) }
    const pairs = await pairsOf(reps, async (rep) => {
      const limit = await timed(() => countDiffering(pool, served, staged))
      const own = await timed(async () => {
        const found = await compareStaged(
          { pool, clock: systemClock, engine, archive },
          { compiled, versionId: staged },
        )
        if (found.cells !== count || found.drifting !== 0) throw new Error(JSON.stringify(found))
        return found.differing
      })
      if (own.result !== limit.result)
        throw new Error(`${own.result} cells differ, plain SQL finds ${limit.result}`)
      log(
        `reconcile.compare rep ${rep}: ${own.seconds.toFixed(2)} s, plain ${limit.seconds.toFixed(2)} s, ${own.result} of ${count} differ`,
      )
      return { own: own.seconds, limit: limit.seconds }
    })
    return figurePerSecond({ name: 'reconcile.compare', unit: 'cells/s', n: count }, pairs)
  } finally {
    await engine.close()
    await services.stop()
    rmSync(dir, { recursive: true, force: true })
  }
}

async function countDiffering(pool: Pool, served: number, staged: number): Promise<number> {
  const { rows } = await pool.query<{ n: number }>(
    `SELECT count(*) AS n
       FROM (SELECT * FROM version_cell WHERE version_id = $1) a
       FULL JOIN (SELECT * FROM version_cell WHERE version_id = $2) b USING (window_start, key)
      WHERE a.acc IS DISTINCT FROM b.acc`,
    [served, staged],
  )
  return rows[0]?.n ?? 0
}

/** One event a cell, window by window; then the late ones. */
async function writeArchive(file: string, count: number): Promise<void> {
  const duck = await openDuck({ threads: 2 })
  const end = firstAt + (count / keys) * minuteMs
  const row = (seq: string, cell: string, logTime: string) =>
    `SELECT (${seq})::BIGINT AS seq, 0::INTEGER AS idx, 0::SMALLINT AS part, ${logTime} AS log_time,
            ${firstAt} + (${cell} // ${keys}) * ${minuteMs} AS "time", 's' AS source, (${seq})::VARCHAR AS id,
            NULL::VARCHAR AS subject, NULL::VARCHAR AS attrs, '{}' AS data, hash((${seq})::VARCHAR) AS fp,
            'k' || (${cell} % ${keys}) AS "s:key", (${cell} % 97)::DOUBLE AS "n:amount"`
  try {
    await duck.run(
      `COPY (${row('i + 1', 'i', `${firstAt} + (i // ${keys}) * ${minuteMs}`)} FROM range(0, ${count}) t(i)
             UNION ALL ${row(`${count} + 1 + i`, `i * ${differsEvery}`, `${end} + i`)} FROM range(0, ${lateOf(count)}) t(i)
             ORDER BY seq)
         TO '${file}' (FORMAT parquet, COMPRESSION zstd, ROW_GROUP_SIZE 122880)`,
    )
  } finally {
    duck.close()
  }
}

/** What answers, at the end of epoch 0; the late events since, as speed counted them; and what batch finds. */
async function writeVersions(pool: Pool, count: number): Promise<{ served: number; staged: number }> {
  const to = firstAt + (count / keys) * minuteMs
  const late = lateOf(count)
  const compute = 1
  await pool.query(
    `INSERT INTO compute (id, pipeline, hash, type, partitions, publication) VALUES (${compute}, 'bench-reconcile', 'h', '${benchType}', 1, 1)`,
  )
  const version = async (epoch: number, cut: number, state: string) => {
    const { rows } = await pool.query<{ id: number }>(
      `INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, watermark, state, rows, schemas, created_by)
       VALUES (${compute}, $1::int + 1, 'bench-reconcile', ${firstAt}, ${to}, $1, ARRAY[$2::bigint], ${to}, $3, ${count}, '{}', 'bench') RETURNING id`,
      [epoch, cut, state],
    )
    return rows[0]?.id ?? 0
  }
  const cell = (i: string) => `${firstAt} + (${i} / ${keys}) * ${minuteMs}::bigint, 'k' || ${i} % ${keys}`
  const served = await version(0, count, 'published')
  const staged = await version(1, count + late, 'staged')
  for (const [id, isLate] of [
    [served, 'false'],
    [staged, `i % ${differsEvery} = 0 AND i < ${count - keys}`],
  ] as const) {
    await pool.query(
      `INSERT INTO version_cell (version_id, window_start, key, acc)
       SELECT ${id}, ${cell('i')}, CASE WHEN ${isLate} THEN ARRAY[2, 2 * (i % 97), 2] ELSE ARRAY[1, i % 97, 1] END::numeric[]
         FROM generate_series(0, ${count - 1}) i`,
    )
  }
  await pool.query(
    `INSERT INTO speed_bucket (compute_id, window_start, key, epoch, partition, acc, late)
     SELECT ${compute}, ${cell('i')}, 1, 0, ARRAY[0, 0, 0]::numeric[], 1 FROM generate_series(0, ${count - keys - 1}, ${differsEvery}) i`,
  )
  await pool.query(
    `INSERT INTO closed_epoch (compute_id, epoch, partition, seq, watermark, state)
     VALUES (${compute}, 0, 0, ${count}, ${to - minuteMs}, '{"logTime": ${to - minuteMs}}')`,
  )
  await pool.query(
    `INSERT INTO publication_range (compute_id, range_from, range_to, version_id, since_number) VALUES (${compute}, ${firstAt}, ${to}, ${served}, 1)`,
  )
  await pool.query('ANALYZE version_cell, speed_bucket')
  return { served, staged }
}
