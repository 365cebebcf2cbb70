import type { Pool, PoolClient } from '../../clients'
import { advisoryLocks } from '../advisory-locks'

type Queryable = Pick<Pool | PoolClient, 'query'>

/** Runs of a pipeline that have started and not ended: their cut is theirs until then. */
export async function openRuns(db: Queryable, pipeline: string): Promise<{ id: string; kind: string }[]> {
  const { rows } = await db.query<{ id: string; kind: string }>(
    `SELECT id, kind FROM job WHERE pipeline = $1 AND kind IN ('scheduled', 'reconcile', 'backfill', 'preview')
        AND finished_at IS NULL AND started_at IS NOT NULL ORDER BY created_at`,
    [pipeline],
  )
  return rows
}

/** Held to the end of the transaction: no worker starts a run meanwhile. */
export async function holdClaims(client: PoolClient): Promise<void> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.claimJob])
}

/** Event times of a stretch of the log, as the archive's segments bound them; null: it does not reach that far. */
export async function timesOfStretch(
  db: Queryable,
  stretch: { type: string; afterSeq: number; seq: number },
): Promise<{ fromTime: number | null; toTime: number | null }> {
  const { rows } = await db.query<{ fromTime: number | null; toTime: number | null }>(
    `SELECT min(min_time) AS "fromTime", max(max_time) AS "toTime" FROM archive_segment
      WHERE type = $1 AND state = 'live' AND seq_to > $2 AND seq_from <= $3
        AND (SELECT max(seq) FROM archive_position) >= $3`,
    [stretch.type, stretch.afterSeq, stretch.seq],
  )
  return rows[0] ?? { fromTime: null, toTime: null }
}

export async function lowestPosition(db: Queryable, computeId: number): Promise<number> {
  const { rows } = await db.query<{ seq: number }>(
    'SELECT coalesce(min(seq), 0) AS seq FROM speed_position WHERE compute_id = $1',
    [computeId],
  )
  return rows[0]?.seq ?? 0
}
