import type { Pool, PoolClient } from '../clients'
import type { JobRun } from './job-run'
import type { JobResult } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

export interface LeftoverVersion {
  id: number
  number: number
  state: 'staging' | 'staged'
  epoch: number
  from: number
  to: number
}

/** Where the next attempt of the job goes on; nothing, when the job is another worker's by now. */
export async function keepOpened(
  pool: Pool,
  { job, payload, items }: Pick<JobRun, 'job' | 'payload' | 'items'>,
): Promise<void> {
  await pool.query(
    `UPDATE job SET payload = $3, items = $4 WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [job.id, job.fence, payload, JSON.stringify(items)],
  )
}

/** Versions that an earlier attempt of the job left behind. */
export async function leftoverVersions(pool: Pool, jobId: string): Promise<LeftoverVersion[]> {
  const { rows } = await pool.query<LeftoverVersion>(
    `SELECT id, number, state, epoch, range_from AS "from", range_to AS "to" FROM version WHERE job_id = $1 AND state IN ('staging', 'staged')`,
    [jobId],
  )
  return rows
}

/** What the comparisons of some versions found together; null: none of them was compared. */
export async function comparisonOf(
  db: Queryable,
  versionIds: readonly number[],
): Promise<NonNullable<JobResult['comparison']> | null> {
  const { rows } = await db.query<NonNullable<JobResult['comparison']> & { compared: number }>(
    `SELECT count(*)::int AS compared, coalesce(sum(cells), 0)::bigint AS cells,
            coalesce(sum(differing), 0)::bigint AS differing, coalesce(sum(beyond), 0)::bigint AS beyond,
            coalesce(sum(drifting), 0)::bigint AS drifting
       FROM comparison WHERE version_id = ANY($1::int[])`,
    [versionIds],
  )
  const [row] = rows
  if (!row || row.compared === 0) return null
  const { cells, differing, beyond, drifting } = row
  return { cells, differing, beyond, drifting }
}

/** Staged versions that a plan may still put in force, or that belong to a job that has not ended. */
export async function heldVersions(db: Queryable, computeId: number): Promise<number[]> {
  const { rows } = await db.query<{ id: number }>(
    `SELECT v.id FROM version v WHERE v.compute_id = $1 AND v.state IN ('staging', 'staged') AND (${isHeld})`,
    [computeId],
  )
  return rows.map(({ id }) => id)
}

/** Staged versions that jobs left and nobody will put in force any more. */
export async function strandedVersions(db: Queryable): Promise<{ id: number; computeId: number }[]> {
  const { rows } = await db.query<{ id: number; computeId: number }>(
    `SELECT v.id, v.compute_id AS "computeId" FROM version v
      WHERE v.state IN ('staging', 'staged') AND v.job_id IS NOT NULL AND NOT (${isHeld}) LIMIT 1000`,
  )
  return rows
}

const isHeld = `
  EXISTS (SELECT 1 FROM job j WHERE j.id = v.job_id AND j.finished_at IS NULL)
  OR EXISTS (SELECT 1 FROM plan p WHERE p.pipeline = v.pipeline AND p.applied_at IS NULL
               AND p.expires_at > clock_timestamp() AND p.preview->'versionIds' @> to_jsonb(v.id))`
