import type { Pool } from '../clients'
import type { Range } from '../serving'
import type { ArchivedRows } from './plan-chunks'

export interface PastRun {
  events: number
  seconds: number
}

const runsConsidered = 20

export async function segmentsInRange(
  pool: Pool,
  type: string,
  range: Range,
): Promise<(ArchivedRows & { bytes: number })[]> {
  const { rows } = await pool.query<ArchivedRows & { bytes: number }>(
    `SELECT min_time AS "minTime", max_time AS "maxTime", rows, bytes FROM archive_segment
      WHERE type = $1 AND state = 'live' AND min_time < $3 AND max_time >= $2`,
    [type, range.from, range.to],
  )
  return rows
}

/** Cells served in the range now: of the versions in force by their share of the range, and of speed alone exactly. */
export async function cellsInRange(pool: Pool, computeId: number, range: Range): Promise<number> {
  const { rows } = await pool.query<{ cells: number }>(
    `WITH covered AS MATERIALIZED (
       SELECT greatest(r.range_from, $2) AS f, least(r.range_to, $3) AS t, v.rows, v.range_to - v.range_from AS length
         FROM publication_range r JOIN version v ON v.id = r.version_id
        WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_from < $3 AND r.range_to > $2),
     bare AS (
       SELECT * FROM (
         SELECT coalesce(lag(t) OVER (ORDER BY f), $2) AS f, f AS t FROM covered
         UNION ALL SELECT coalesce(max(t), $2), $3 FROM covered) g WHERE f < t)
     SELECT coalesce((SELECT sum(rows::float8 * (t - f) / length) FROM covered), 0)
          + (SELECT count(*) FROM bare CROSS JOIN LATERAL (
               SELECT DISTINCT window_start, key FROM speed_bucket
                WHERE compute_id = $1 AND window_start >= bare.f AND window_start < bare.t AND acc[1] > 0) k) AS cells`,
    [computeId, range.from, range.to],
  )
  return Math.round(rows[0]?.cells ?? 0)
}

/** The newest runs that computed something of the range, newest first; without a range, of the whole computation. */
export async function pastRuns(pool: Pool, computeId: number, range: Range | null): Promise<PastRun[]> {
  const { rows } = await pool.query<PastRun>(
    `SELECT events::float8 AS events, extract(epoch FROM finished_at - started_at)::float8 AS seconds FROM version
      WHERE compute_id = $1 AND finished_at IS NOT NULL
        AND ($2::bigint IS NULL OR (range_from < $3::bigint AND range_to > $2::bigint))
      ORDER BY id DESC LIMIT ${runsConsidered}`,
    [computeId, range?.from ?? null, range?.to ?? null],
  )
  return rows
}
