import type { Pool } from '../server/clients'
import { compilePipeline, parseDefinition, type CompiledPipeline } from '../server/pipeline'
import { benchDefinition, benchKeys } from './bench-events'
import { addPipeline, partitions } from './bench-services'
import type { TestServices } from '../server/clients/testing'

export const windowMs = 60_000
const dayMs = 86_400_000
const seededEnd = Date.UTC(2026, 0, 15)
/** Windows whose buckets speed still keeps though a version has counted them, and windows that no version covers. */
const keptWindows = 60
const liveWindows = 30

export interface SeededView {
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
  from: number
  to: number
  boundary: number
  /** In order of their ranges, each at most a day. */
  versions: { id: number; from: number; to: number }[]
  cells: number
}

/**
 * What a pipeline of so many cells has left: a day of windows to a version, the last half hour by speed alone, and the
 * buckets of the hour before that, which the versions have superseded.
 */
export async function seedView(services: TestServices, name: string, cells: number): Promise<SeededView> {
  const { pool } = services
  const parsed = parseDefinition(benchDefinition(name))
  if (!parsed.ok) throw new Error(JSON.stringify(parsed.problems))
  const id = await addPipeline(services, name)
  const windows = Math.max(2, Math.round(cells / benchKeys))
  const live = Math.min(liveWindows, Math.ceil(windows / 10))
  const [from, boundary] = [seededEnd - windows * windowMs, seededEnd - live * windowMs]
  await pool.query(
    `INSERT INTO speed_position (compute_id, partition, seq, watermark, epoch)
     SELECT $1, p, 1000, $2, 1 FROM generate_series(0, $3::int - 1) p`,
    [id, seededEnd, partitions],
  )
  await pool.query(
    `WITH p AS (INSERT INTO publication (compute_id, number, kind, actor) VALUES ($1, 1, 'publish', 'bench'))
     UPDATE compute SET publication = 1 WHERE id = $1`,
    [id],
  )
  const versions: SeededView['versions'] = []
  for (let start = from; start < boundary; start = nextDay(start, boundary))
    versions.push(await seedVersion(pool, { id, name }, start, nextDay(start, boundary)))
  const kept = Math.min(keptWindows, windows - live)
  await seedBuckets(pool, id, { from: boundary - kept * windowMs, to: boundary, epoch: 0 })
  await seedBuckets(pool, id, { from: boundary, to: seededEnd, epoch: 1 })
  const vacuumed = [[from, boundary - kept * windowMs, 0]]
  await pool.query(`INSERT INTO setting (key, value) VALUES ('vacuumed:' || $1::int, $2::jsonb)`, [
    id,
    JSON.stringify(vacuumed),
  ])
  await pool.query('VACUUM (ANALYZE) version_cell, speed_bucket')
  const compiled = compilePipeline(parsed.definition)
  return {
    ...{ compute: { id, pipeline: name }, compiled, from, to: seededEnd, boundary, versions },
    cells: windows * benchKeys,
  }
}

const nextDay = (at: number, end: number) => Math.min(end, Math.floor(at / dayMs) * dayMs + dayMs)

/** Figures of the i-th key in a window, in the order of the slots: events, amount, orders. */
const figures = `ARRAY[40 + k % 7, 20000 + (k * 37) % 1000, 40 + k % 7]::numeric[]`
const cellOf = (from: number, windows: number) =>
  `${from} + w * ${windowMs}::bigint, 'k' || lpad(k::text, 3, '0'), ${figures}
     FROM generate_series(0, ${windows - 1}) w, generate_series(0, ${benchKeys - 1}) k`

async function seedVersion(pool: Pool, compute: { id: number; name: string }, from: number, to: number) {
  const windows = (to - from) / windowMs
  const { rows } = await pool.query<{ id: number }>(
    `WITH v AS (INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, watermark, state,
                                     digest, rows, schemas, created_by, published_at)
                SELECT $1, coalesce(max(number), 0) + 1, $2, $3, $4, 0, array_fill(1000::bigint, ARRAY[$5::int]), $6,
                       'published', 'bench', $7, '{}', 'bench', now() FROM version WHERE pipeline = $2
                RETURNING id),
          r AS (INSERT INTO publication_range (compute_id, range_from, range_to, version_id, since_number)
                SELECT $1, $3, $4, id, 1 FROM v)
     SELECT id FROM v`,
    [compute.id, compute.name, from, to, partitions, seededEnd, windows * benchKeys],
  )
  const id = rows[0]?.id ?? 0
  await pool.query(
    `INSERT INTO version_cell (version_id, window_start, key, acc) SELECT ${id}, ${cellOf(from, windows)}`,
  )
  return { id, from, to }
}

async function seedBuckets(
  pool: Pool,
  computeId: number,
  { from, to, epoch }: { from: number; to: number; epoch: number },
) {
  for (let partition = 0; partition < partitions; partition++)
    await pool.query(
      `INSERT INTO speed_bucket (compute_id, epoch, partition, window_start, key, acc)
       SELECT ${computeId}, ${epoch}, ${partition}, ${cellOf(from, (to - from) / windowMs)}`,
    )
}
