import type { Pool } from '../../clients'

/** Cores that runs of the pipeline kept busy on average, over what is still known of both; null: no run. */
export async function readCoreUse(
  db: Pick<Pool, 'query'>,
  pipeline: string,
  from: number,
): Promise<number | null> {
  const { rows } = await db.query<{ cpuS: number | null; runS: number | null }>(
    `WITH known AS (SELECT greatest($2::bigint, (SELECT min(minute) FROM usage_minute)) AS since)
     SELECT (SELECT sum(cpu_ms) / 1000 FROM usage_minute
              WHERE pipeline = $1 AND layer IN ('batch', 'reconcile') AND minute >= known.since) AS "cpuS",
            (SELECT extract(epoch FROM sum(finished_at - started_at))::float8 FROM version
              WHERE pipeline = $1 AND finished_at IS NOT NULL
                AND started_at >= to_timestamp(known.since / 1000.0)) AS "runS"
       FROM known`,
    [pipeline, from],
  )
  const { cpuS = null, runS = null } = rows[0] ?? {}
  return cpuS !== null && cpuS > 0 && runS !== null && runS > 0 ? cpuS / runS : null
}

export async function spentBy(db: Pick<Pool, 'query'>, pipeline: string, from: number): Promise<number> {
  const { rows } = await db.query<{ spent: number | null }>(
    'SELECT sum(amount) AS spent FROM cost_hour WHERE pipeline = $1 AND hour >= $2',
    [pipeline, from],
  )
  return rows[0]?.spent ?? 0
}
