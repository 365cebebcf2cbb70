import type { Pool } from '../../clients'
import type { Cause } from '../../reconcile'
import type { JobStatus } from '../model'
import type { FailingJob } from './model'

const minuteMs = 60_000
const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

/** Most events that waited in each of the last minutes, by pipeline. */
export async function backlogMinutes(
  pool: Pool,
  { pipelines, from }: { pipelines: readonly string[]; from: number },
): Promise<{ pipeline: string; at: number; events: number }[]> {
  const { rows } = await pool.query<{ pipeline: string; at: number; events: number }>({
    name: 'triage-backlog-minutes',
    text: `SELECT pipeline, minute + $3 AS at, max(max) AS events FROM measurement_minute
            WHERE indicator = 'backlog' AND traffic = 'real' AND pipeline = ANY($1::text[]) AND minute >= $2
            GROUP BY pipeline, minute ORDER BY minute`,
    values: [pipelines, from, minuteMs],
  })
  return rows
}

/** When each partition's position was last written: its last commit, or a change of hands. */
export async function positionTimes(
  pool: Pool,
  computeIds: readonly number[],
): Promise<{ computeId: number; partition: number; silentMs: number; folded: number }[]> {
  const { rows } = await pool.query<{
    computeId: number
    partition: number
    silentMs: number
    folded: number
  }>({
    name: 'triage-position-times',
    text: `SELECT compute_id AS "computeId", partition, events AS folded,
                  (extract(epoch FROM clock_timestamp() - updated_at) * 1000)::bigint AS "silentMs"
             FROM speed_position WHERE compute_id = ANY($1::int[])`,
    values: [computeIds],
  })
  return rows
}

export interface FailedRun extends Pick<
  FailingJob,
  'id' | 'kind' | 'pipeline' | 'status' | 'at' | 'error' | 'attempts' | 'maxAttempts'
> {
  items: { from: number | null; to: number | null; status: string; error: string | null }[]
  followedBy: { id: string; status: JobStatus; at: number } | null
}

/**
 * Runs that failed lately, in whole, in part, or at least once before the attempt under way. A run is followed by the
 * retry that names it or, when it was scheduled, by the next scheduled one.
 */
export async function failedRuns(
  pool: Pool,
  { sinceMs, limit }: { sinceMs: number; limit: number },
): Promise<FailedRun[]> {
  const { rows } = await pool.query<FailedRun>({
    name: 'triage-failed-runs',
    text: `SELECT j.id, j.kind, j.pipeline, j.status, ${ms('coalesce(j.finished_at, j.started_at, j.created_at)')} AS at,
                  j.error, j.attempts, j.max_attempts AS "maxAttempts", j.items, f.follower AS "followedBy"
             FROM job j LEFT JOIN LATERAL (
                    SELECT jsonb_build_object('id', n.id, 'status', n.status, 'at',
                                              ${ms('coalesce(n.finished_at, n.started_at, n.created_at)')}) AS follower
                      FROM job n LEFT JOIN plan p ON p.id = n.plan_id
                     WHERE n.pipeline = j.pipeline AND n.created_at > j.created_at AND n.status <> 'cancelled'
                       AND (p.request->'options'->>'retryOf' = j.id::text
                            OR (j.kind = 'scheduled' AND n.kind = 'scheduled'))
                     ORDER BY (n.status = 'succeeded') DESC, n.created_at DESC LIMIT 1) f ON true
            WHERE coalesce(j.finished_at, j.started_at) >= clock_timestamp() - $1 * interval '1 millisecond'
              AND (j.status IN ('failed', 'partial') OR (j.status IN ('running', 'queued') AND j.attempts > 1))
              AND j.kind <> 'preview'
            ORDER BY at DESC LIMIT $2`,
    values: [sinceMs, limit],
  })
  return rows
}

export interface FoundCell {
  computeId: number
  windowStart: number
  key: string
  measure: string
  speed: string | null
  batch: string | null
  relative: number
  mainCause: Cause
  foundAt: number
  cells: number
}

/** By compute, the worst cells beyond its tolerance that comparisons of the last while found and published. */
export async function worstFound(
  pool: Pool,
  input: { computes: readonly { id: number; tolerance: number }[]; sinceMs: number; limit: number },
): Promise<FoundCell[]> {
  const { rows } = await pool.query<FoundCell>({
    name: 'triage-worst-found',
    text: `SELECT p.id AS "computeId", w.* FROM unnest($1::int[], $2::float8[]) AS p(id, tolerance)
            CROSS JOIN LATERAL (
              SELECT c.*, count(*) OVER () AS cells FROM (
                SELECT DISTINCT ON (d.window_start, d.key) d.window_start AS "windowStart", d.key, d.measure,
                       d.speed::text, d.batch::text, d.relative, d.main_cause AS "mainCause", ${ms('c.at')} AS "foundAt"
                  FROM comparison c
                  JOIN version v ON v.id = c.version_id AND v.published_at IS NOT NULL
                  JOIN divergence_cell d ON d.version_id = c.version_id
                 WHERE c.compute_id = p.id AND c.at >= clock_timestamp() - $3 * interval '1 millisecond'
                   AND d.state <> 'in_flight' AND d.relative > p.tolerance
                 ORDER BY d.window_start, d.key, d.relative DESC, d.version_id DESC) c
               ORDER BY relative DESC, "windowStart" DESC LIMIT $4) w`,
    values: [
      input.computes.map(({ id }) => id),
      input.computes.map(({ tolerance }) => tolerance),
      input.sinceMs,
      input.limit,
    ],
  })
  return rows
}
