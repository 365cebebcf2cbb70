import type { Pool } from '../../clients'
import { heldKinds } from './decide'

/** Work on wish that waits or runs, by pipeline. */
export interface OpenWork {
  pipeline: string
  running: number
  queued: number
}

export async function selectOpenWork(pool: Pool): Promise<OpenWork[]> {
  const { rows } = await pool.query<OpenWork>({
    name: 'governor-open-work',
    text: `SELECT pipeline, (count(*) FILTER (WHERE status = 'running'))::int AS running,
                  (count(*) FILTER (WHERE status = 'queued'))::int AS queued
             FROM job WHERE status IN ('queued', 'running') AND kind = ANY($1::text[]) GROUP BY pipeline`,
    values: [heldKinds],
  })
  return rows
}

/** Archive bytes read today (UTC) by work on wish; not what is planned: a job must not wait for itself. */
export async function bytesReadToday(pool: Pool, pipelines: readonly string[]): Promise<Map<string, number>> {
  const { rows } = await pool.query<{ pipeline: string; bytes: number }>({
    name: 'governor-bytes-today',
    text: `SELECT pipeline, sum(bytes)::float8 AS bytes FROM job
            WHERE pipeline = ANY($1::text[]) AND kind = ANY($2::text[])
              AND (finished_at IS NULL
                OR finished_at >= date_trunc('day', clock_timestamp() AT TIME ZONE 'UTC') AT TIME ZONE 'UTC')
            GROUP BY pipeline`,
    values: [pipelines, heldKinds],
  })
  return new Map(rows.map(({ pipeline, bytes }) => [pipeline, bytes]))
}

export interface StoreLoad {
  connectionShare: number
  commitMs: number
  /** Speed workers that answered lately: without one, holding batch back makes no figure fresher. */
  speedWorkers: number
}

export async function readStoreLoad(pool: Pool, aliveMs: number): Promise<StoreLoad> {
  const { rows } = await pool.query<StoreLoad>({
    name: 'governor-store-load',
    text: `SELECT (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend' AND state <> 'idle')::float8
                    / current_setting('max_connections')::float8 AS "connectionShare",
                  coalesce(max((detail#>>'{lanes,live,lastCommitMs}')::float8), 0) AS "commitMs",
                  count(*)::int AS "speedWorkers"
             FROM worker WHERE role = 'speed' AND at > clock_timestamp() - $1 * interval '1 millisecond'`,
    values: [aliveMs],
  })
  return rows[0] ?? { connectionShare: 0, commitMs: 0, speedWorkers: 0 }
}
