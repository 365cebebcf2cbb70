import type { TestServices } from '../server/clients/testing'
import { computeHash, parseDefinition } from '../server/pipeline'

/** A pipeline over an hour of windows of 10 s: what a heatmap of 100,000 cells is made of. */
export const heatPipeline = 'bag-scans'
const windowMs = 10_000
export const heatWindows = 360
const keys = 320
const comparedWindows = 330

const document = {
  apiVersion: 'parallax/v1',
  kind: 'Pipeline',
  metadata: { name: heatPipeline, title: 'Bag scans by airport', owner: 'bench' },
  spec: {
    events: { type: 'bag.scanned' },
    key: 'data.station',
    window: { size: '10s' },
    lateness: { outOfOrder: '5s', allowed: '30s', beyond: 'defer' },
    dedupe: { horizon: '10m' },
    measures: { scans: { count: true } },
    batch: { every: '5m', tolerance: 0.001 },
  },
}

interface Cell {
  window: number
  key: string
  speed: number
  batch: number
  cause: 'late' | 'duplicate' | 'hole' | 'schema' | 'invalid'
}

/** Repeatable noise from 0 to 1. */
function noise(a: number, b: number): number {
  const x = Math.sin(a * 12.9898 + b * 78.233) * 43_758.5453
  return x - Math.floor(x)
}

const letters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'
const letter = (i: number) => letters[i % 26] ?? 'A'
const keyName = (i: number) =>
  `${letter(i * 7 + 3)}${letter(i * 11 + Math.floor(i / 26))}${letter(i + Math.floor(i / 13))}`

/** Late events of some stations, a retry storm, an unread stretch of the log, a schema nobody announced. */
function causeOf(window: number, key: number): [Cell['cause'], share: number] | null {
  const n = noise(window, key)
  if (key < 8 && window > 40 && window < 90) {
    const peak = 1 - Math.abs(window - 65) / 26
    return ['late', -0.002 - 0.13 * peak * (1 - key / 9) * (0.6 + n * 0.4)]
  }
  if (window >= 150 && window < 154 && n < 0.93) return ['hole', -0.002 - n * 0.003]
  if (key >= 12 && key < 16 && window > 200 && window < 226) return ['duplicate', 0.004 + 0.03 * n]
  if (key >= 20 && key < 24 && window > 262 && window < 272) return ['schema', 0.005]
  if (key === 17 && window > 180 && window < 186) return ['invalid', -0.02]
  return n < 0.08 ? ['late', -0.0006] : null
}

function cellsAt(window: number): Cell[] {
  return Array.from({ length: keys }, (_, key) => {
    const batch = Math.round(2_000 + 4_000 * noise(key, 1))
    const [cause, share] = causeOf(window, key) ?? ['late', 0]
    return { window, key: keyName(key), batch, cause, speed: batch + Math.round(batch * share) }
  })
}

/** Writes what an hour of commits, one batch run and its comparison would have left; returns where it starts. */
export async function seedHeatmap({ pool }: Pick<TestServices, 'pool'>, now: number): Promise<number> {
  const parsed = parseDefinition(document)
  if (!parsed.ok) throw new Error(`the bench pipeline is not valid: ${JSON.stringify(parsed.problems)}`)
  const end = Math.floor(now / windowMs) * windowMs + windowMs
  const from = end - heatWindows * windowMs
  const boundary = from + comparedWindows * windowMs
  const { rows } = await pool.query<{ compute: number; version: number }>(
    `WITH c AS (INSERT INTO compute (pipeline, hash, type, partitions, publication) VALUES ($1, $2, 'bag.scanned', 1, 1) RETURNING id),
          d AS (INSERT INTO pipeline_version (pipeline, version, definition, compute_id, created_by)
                SELECT $1, 1, $3::jsonb, id, 'bench' FROM c RETURNING id),
          p AS (INSERT INTO pipeline (name, version_id) SELECT $1, id FROM d),
          s AS (INSERT INTO speed_position (compute_id, partition, watermark, epoch) SELECT id, 0, $6, 1 FROM c),
          v AS (INSERT INTO version (compute_id, number, pipeline, range_from, range_to, epoch, cut, watermark, state, digest,
                                     rows, schemas, created_by, published_at)
                SELECT id, 1, $1, $4, $5, 0, '{0}', $6, 'published', 'bench', 0, '{}', 'bench', now() FROM c
                RETURNING id, compute_id),
          n AS (INSERT INTO publication (compute_id, number, kind, actor) SELECT compute_id, 1, 'publish', 'bench' FROM v),
          r AS (INSERT INTO publication_range (compute_id, range_from, range_to, version_id, since_number)
                SELECT compute_id, $4, $5, id, 1 FROM v)
     SELECT compute_id AS compute, id AS version FROM v`,
    [heatPipeline, computeHash(parsed.definition), JSON.stringify(document), from, boundary, end],
  )
  const [made] = rows
  if (!made) throw new Error('seeding the heatmap made no version')
  const cells = Array.from({ length: comparedWindows }, (_, window) => cellsAt(window)).flat()
  const startOf = ({ window }: Cell) => from + window * windowMs
  await pool.query(
    `INSERT INTO version_cell (version_id, window_start, key, acc)
     SELECT $1, w, k, ARRAY[b, b]::numeric[] FROM unnest($2::bigint[], $3::text[], $4::int[]) AS c (w, k, b)`,
    [made.version, cells.map(startOf), cells.map(({ key }) => key), cells.map(({ batch }) => batch)],
  )
  const waiting = Array.from({ length: heatWindows - comparedWindows - 1 }, (_, i) =>
    cellsAt(comparedWindows + i),
  ).flat()
  await pool.query(
    `INSERT INTO speed_bucket (compute_id, window_start, key, epoch, partition, acc)
     SELECT $1, w, k, 1, 0, ARRAY[b, b]::numeric[] FROM unnest($2::bigint[], $3::text[], $4::int[]) AS c (w, k, b)`,
    [made.compute, waiting.map(startOf), waiting.map(({ key }) => key), waiting.map(({ speed }) => speed)],
  )
  const differing = cells.filter(({ speed, batch }) => speed !== batch)
  await pool.query(
    `INSERT INTO comparison (version_id, compute_id, cells, differing, beyond, drifting, in_flight, measures, seconds)
     VALUES ($1, $2, $3, $4, $5, 0, 0, '{}', 1)`,
    [
      made.version,
      made.compute,
      cells.length,
      differing.length,
      differing.filter(({ speed, batch }) => Math.abs(speed - batch) > batch * 0.001).length,
    ],
  )
  await pool.query(
    `INSERT INTO divergence_cell (compute_id, window_start, key, measure, version_id, speed, batch, difference, relative,
                                  late, duplicate, invalid, hole, "schema", main_cause, events, state)
     SELECT $1, w, k, 'scans', $2, s, b, s - b, abs(s - b)::float8 / b, CASE WHEN m = 'late' THEN s - b ELSE 0 END,
            CASE WHEN m = 'duplicate' THEN s - b ELSE 0 END, CASE WHEN m = 'invalid' THEN s - b ELSE 0 END,
            CASE WHEN m = 'hole' THEN s - b ELSE 0 END, CASE WHEN m = 'schema' THEN s - b ELSE 0 END, m, '{}', 'settled'
       FROM unnest($3::bigint[], $4::text[], $5::int[], $6::int[], $7::text[]) AS c (w, k, s, b, m)`,
    [
      made.compute,
      made.version,
      differing.map(startOf),
      differing.map(({ key }) => key),
      differing.map(({ speed }) => speed),
      differing.map(({ batch }) => batch),
      differing.map(({ cause }) => cause),
    ],
  )
  await pool.query('ANALYZE version_cell, divergence_cell, speed_bucket')
  return from
}
