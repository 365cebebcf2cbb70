import type { Pool, PoolClient } from '../clients'

/**
 * Archive bytes that recomputes people asked for have read today (UTC), with what unfinished ones were planned to
 * read: two plans applied one after the other count both.
 */
export async function backfillBytesToday(
  db: Pick<Pool | PoolClient, 'query'>,
  pipeline: string,
): Promise<number> {
  const { rows } = await db.query<{ bytes: number }>(
    `SELECT coalesce(sum(CASE WHEN j.finished_at IS NULL
                              THEN greatest(j.bytes, coalesce((p.estimate->>'bytes')::float8, 0))
                              ELSE j.bytes END), 0)::float8 AS bytes
       FROM job j LEFT JOIN plan p ON p.id = j.plan_id
      WHERE j.pipeline = $1 AND j.kind IN ('reconcile', 'backfill', 'preview')
        AND (j.finished_at IS NULL
          OR j.finished_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')`,
    [pipeline],
  )
  return rows[0]?.bytes ?? 0
}
