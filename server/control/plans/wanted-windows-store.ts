import type { Pool } from '../../clients'
import type { JobItem } from '../model'
import type { Range } from './window-range'

export interface WindowsQuery extends Range {
  computeId: number
  windowSizeMs: number
  /** Only windows where one of these keys is meant; null: any key. */
  keys: readonly string[] | null
}

const islands = (windows: string) => `
  SELECT min(w) AS "from", max(w) + $4::bigint AS "to"
    FROM (SELECT w, w - $4::bigint * row_number() OVER (ORDER BY w) AS island FROM (${windows}) AS d) AS i
   GROUP BY island ORDER BY 1`

const values = ({ computeId, from, to, windowSizeMs, keys }: WindowsQuery) => [
  computeId,
  from,
  to,
  windowSizeMs,
  keys,
]

/** Stretches of windows in which one of the keys has a cell, in a version in force or in the speed view. */
export async function windowsOfKeys(pool: Pool, query: WindowsQuery): Promise<Range[]> {
  const { rows } = await pool.query<Range>(
    islands(`
      SELECT c.window_start AS w FROM publication_range r
        JOIN version_cell c ON c.version_id = r.version_id AND c.window_start >= greatest(r.range_from, $2::bigint)
                           AND c.window_start < least(r.range_to, $3::bigint)
       WHERE r.compute_id = $1 AND r.until_number IS NULL AND r.range_from < $3 AND r.range_to > $2
         AND c.key = ANY($5::text[])
      UNION
      SELECT window_start FROM speed_bucket
       WHERE compute_id = $1 AND window_start >= $2 AND window_start < $3 AND key = ANY($5::text[])`),
    values(query),
  )
  return rows
}

/**
 * Stretches of windows whose last comparison found a difference, or that have had late events since the cut of the
 * version that answers: speed left them to batch.
 */
export async function divergentWindows(pool: Pool, query: WindowsQuery): Promise<Range[]> {
  const { rows } = await pool.query<Range>(
    islands(`
      SELECT d.window_start AS w FROM (
        SELECT DISTINCT window_start, version_id FROM divergence_cell
         WHERE compute_id = $1 AND window_start >= $2 AND window_start < $3 AND state <> 'in_flight'
           AND ($5::text[] IS NULL OR key = ANY($5::text[]))) d
       WHERE d.version_id = (
         SELECT max(c.version_id) FROM comparison c JOIN version v ON v.id = c.version_id
          WHERE c.compute_id = $1 AND v.state IN ('published', 'staged')
            AND v.range_from <= d.window_start AND v.range_to > d.window_start)
      UNION
      SELECT b.window_start FROM speed_bucket b
       WHERE b.compute_id = $1 AND b.window_start >= $2 AND b.window_start < $3 AND b.late > 0
         AND ($5::text[] IS NULL OR b.key = ANY($5::text[]))
         AND b.epoch > coalesce((
           SELECT v.epoch FROM publication_range r JOIN version v ON v.id = r.version_id
            WHERE r.compute_id = $1 AND r.until_number IS NULL
              AND r.range_from <= b.window_start AND r.range_to > b.window_start), -1)`),
    values(query),
  )
  return rows
}

export interface EndedRun {
  id: string
  status: 'succeeded' | 'failed' | 'cancelled' | 'partial'
  items: JobItem[]
}

const runsConsidered = 500

/** Ended runs of the computation, newest first; with `jobId` only that one. */
export async function endedRuns(
  pool: Pool,
  { pipeline, computeId, jobId }: { pipeline: string; computeId: number; jobId: string | null },
): Promise<EndedRun[]> {
  const { rows } = await pool.query<EndedRun>(
    `SELECT id, status, items FROM job
      WHERE pipeline = $1 AND kind IN ('scheduled', 'reconcile', 'backfill') AND finished_at IS NOT NULL
        AND (payload->>'computeId')::int = $2 AND ($3::uuid IS NULL OR id = $3)
      ORDER BY finished_at DESC LIMIT ${runsConsidered}`,
    [pipeline, computeId, jobId],
  )
  return rows
}
