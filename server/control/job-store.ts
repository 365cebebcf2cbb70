import type { Pool, PoolClient } from '../clients'
import { advisoryLocks } from './advisory-locks'
import type { GovernorState, JobItem, JobKind, JobStatus, JobView } from './model'

export type Queryable = Pick<Pool | PoolClient, 'query'>

export interface NewJob {
  kind: JobKind
  pipeline: string
  payload: Record<string, unknown>
  items: JobItem[]
  createdBy: string
  planId?: string
  reason?: string | null
  /** At most one unfinished job has a key. */
  dedupeKey?: string
  maxAttempts?: number
}

/** A job in its worker's hands. Every write names the fence: after a takeover the old worker's writes do nothing. */
export interface ClaimedJob {
  id: string
  kind: JobKind
  pipeline: string
  payload: Record<string, unknown>
  items: JobItem[]
  createdBy: string
  reason: string | null
  attempts: number
  maxAttempts: number
  fence: number
  planId: string | null
  bytes: number
  governor: GovernorState | null
}

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

const viewColumns = `id, kind, pipeline, plan_id AS "planId", status, progress, items, ${ms('eta_at', 'etaAt')}, error,
  attempts, cancel_requested AS "cancelRequested", pause_requested AS "pauseRequested", ${ms('run_after', 'runAfter')},
  bytes, governor, result, (SELECT p.estimate FROM plan p WHERE p.id = job.plan_id) AS estimate,
  created_by AS "createdBy", reason,
  ${ms('created_at', 'createdAt')}, ${ms('started_at', 'startedAt')}, ${ms('finished_at', 'finishedAt')}`

const claimColumns = `j.id, j.kind, j.pipeline, j.payload, j.items, j.created_by AS "createdBy", j.reason, j.attempts,
  j.max_attempts AS "maxAttempts", j.fence, j.plan_id AS "planId", j.bytes, j.governor`

/** The new job's id; null when an unfinished job has its key already. */
export async function insertJob(client: Queryable, job: NewJob): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO job (kind, pipeline, plan_id, payload, items, status, created_by, reason, dedupe_key, max_attempts)
     VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9)
     ON CONFLICT (dedupe_key) DO NOTHING RETURNING id`,
    [
      job.kind,
      job.pipeline,
      job.planId ?? null,
      JSON.stringify(job.payload),
      JSON.stringify(job.items),
      job.createdBy,
      job.reason ?? null,
      job.dedupeKey ?? null,
      job.maxAttempts ?? 3,
    ],
  )
  return rows[0]?.id ?? null
}

/** A job for what its caller has done in the same transaction. */
export async function insertFinishedJob(
  client: Queryable,
  job: NewJob & { id: string; result: Record<string, unknown> },
): Promise<void> {
  await client.query(
    `INSERT INTO job (id, kind, pipeline, plan_id, payload, items, status, progress, result, created_by, reason,
                      attempts, started_at, finished_at)
     VALUES ($1, $2, $3, $4, $5, $6, 'succeeded', 1, $7, $8, $9, 1, clock_timestamp(), clock_timestamp())`,
    [
      job.id,
      job.kind,
      job.pipeline,
      job.planId ?? null,
      JSON.stringify(job.payload),
      JSON.stringify(job.items),
      JSON.stringify(job.result),
      job.createdBy,
      job.reason ?? null,
    ],
  )
}

/**
 * Ends jobs whose worker is gone for good: cancelled ones, and those that have used up their attempts. Others stay
 * `running` with an expired lease, for the next claim.
 */
export async function endAbandoned(client: Queryable): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `UPDATE job SET status = CASE WHEN cancel_requested THEN 'cancelled' ELSE 'failed' END, dedupe_key = NULL,
            error = CASE WHEN cancel_requested THEN error ELSE 'Its worker stopped answering, ' || attempts ||
                    ' times in all. See the worker''s log, then start it again.' END,
            owner = NULL, lease_until = NULL, fence = fence + 1, finished_at = clock_timestamp()
      WHERE status = 'running' AND lease_until < clock_timestamp() AND (cancel_requested OR attempts >= max_attempts)
      RETURNING id`,
  )
  return rows.map(({ id }) => id)
}

/**
 * Takes the oldest job that is due, or whose worker let its lease expire. At most one job of a pipeline runs at a
 * time, so that cuts and publications of a pipeline never cross; the lock makes that test and the claim one step.
 * Of a pipeline whose batch layer is paused nothing is recomputed.
 */
export async function claimJob(
  client: PoolClient,
  { owner, leaseMs }: { owner: string; leaseMs: number },
): Promise<ClaimedJob | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.claimJob])
  const { rows } = await client.query<ClaimedJob>({
    name: 'job-claim',
    text: `UPDATE job j
              SET status = 'running', owner = $1, fence = j.fence + 1, attempts = j.attempts + 1,
                  lease_until = clock_timestamp() + $2 * interval '1 millisecond',
                  started_at = coalesce(j.started_at, clock_timestamp()), error = NULL
            WHERE j.id = (
              SELECT d.id FROM job d
               WHERE ((d.status = 'queued' AND d.run_after <= clock_timestamp())
                   OR (d.status = 'running' AND d.lease_until < clock_timestamp()))
                 AND NOT EXISTS (SELECT 1 FROM job r WHERE r.pipeline = d.pipeline AND r.id <> d.id
                                    AND r.status = 'running' AND r.lease_until >= clock_timestamp())
                 AND NOT (d.kind IN ('scheduled', 'reconcile', 'backfill', 'preview') AND EXISTS (
                   SELECT 1 FROM layer_pause l WHERE l.pipeline = d.pipeline AND l.layer = 'batch' AND l.ended_at IS NULL
                      AND (l.until_at IS NULL OR l.until_at > clock_timestamp())))
               ORDER BY (d.kind = 'scheduled' OR d.kind = 'vacuum'), d.run_after, d.created_at
               LIMIT 1 FOR UPDATE SKIP LOCKED)
        RETURNING ${claimColumns}`,
    values: [owner, leaseMs],
  })
  return rows[0] ?? null
}

export type Beat = { held: false } | { held: true; cancelRequested: boolean; pauseRequested: boolean }

/** Extends the lease and writes the progress; `held: false`: another worker has the job, drop everything. */
export async function beatJob(
  pool: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  state: {
    leaseMs: number
    progress: number
    items: JobItem[]
    etaMs: number | null
    bytes: number
    governor: GovernorState | null
  },
): Promise<Beat> {
  const { leaseMs, progress, items, etaMs, bytes, governor } = state
  const { rows } = await pool.query<{ cancelRequested: boolean; pauseRequested: boolean }>({
    name: 'job-beat',
    text: `UPDATE job SET lease_until = clock_timestamp() + $3 * interval '1 millisecond', progress = $4, items = $5,
                          eta_at = clock_timestamp() + $6::float8 * interval '1 millisecond', bytes = $7, governor = $8
            WHERE id = $1 AND fence = $2 AND status = 'running'
        RETURNING cancel_requested AS "cancelRequested", pause_requested AS "pauseRequested"`,
    values: [
      job.id,
      job.fence,
      leaseMs,
      progress,
      JSON.stringify(items),
      etaMs,
      bytes,
      governor && JSON.stringify(governor),
    ],
  })
  const row = rows[0]
  return row ? { held: true, ...row } : { held: false }
}

/** Locks the job's row until the transaction ends. False: another worker has it, or a cancel came first. */
export async function lockHeldJob(
  client: PoolClient,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
): Promise<'held' | 'cancelled' | 'lost'> {
  const { rows } = await client.query<{ cancelRequested: boolean }>(
    `SELECT cancel_requested AS "cancelRequested" FROM job
      WHERE id = $1 AND fence = $2 AND status = 'running' FOR UPDATE`,
    [job.id, job.fence],
  )
  if (!rows[0]) return 'lost'
  return rows[0].cancelRequested ? 'cancelled' : 'held'
}

export interface JobEnd {
  status: Extract<JobStatus, 'succeeded' | 'failed' | 'cancelled' | 'partial'>
  items: JobItem[]
  progress: number
  result: Record<string, unknown> | null
  error: string | null
}

/** False: the job was no longer this worker's. */
export async function endJob(
  client: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  end: JobEnd,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE job SET status = $3, items = $4, progress = $5, result = $6, error = $7, finished_at = clock_timestamp(),
                    owner = NULL, lease_until = NULL, eta_at = NULL, dedupe_key = NULL
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [
      job.id,
      job.fence,
      end.status,
      JSON.stringify(end.items),
      end.progress,
      end.result && JSON.stringify(end.result),
      end.error,
    ],
  )
  return rowCount === 1
}

/** Gives the job back for another attempt after `waitMs`. */
export async function requeueJob(
  pool: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  { waitMs, error, items }: { waitMs: number; error: string | null; items: JobItem[] },
): Promise<boolean> {
  const { rowCount } = await pool.query(
    `UPDATE job SET status = 'queued', owner = NULL, lease_until = NULL, eta_at = NULL, progress = 0, items = $4,
                    error = $5, run_after = clock_timestamp() + $3 * interval '1 millisecond'
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [job.id, job.fence, waitMs, JSON.stringify(items), error],
  )
  return rowCount === 1
}

/** A stopping worker hands its job over at once, without counting the attempt. */
export async function releaseJob(pool: Queryable, job: Pick<ClaimedJob, 'id' | 'fence'>): Promise<void> {
  await pool.query(
    `UPDATE job SET status = 'queued', owner = NULL, lease_until = NULL, attempts = greatest(attempts - 1, 0)
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [job.id, job.fence],
  )
}

/** Queued: cancelled at once. Running: its worker is told with its next heartbeat. Finished: stays as it is. */
export async function markCancel(client: Queryable, id: string): Promise<JobView | null> {
  const { rows } = await client.query<JobView>(
    `UPDATE job SET cancel_requested = cancel_requested OR status IN ('queued', 'running'),
            finished_at = CASE WHEN status = 'queued' THEN clock_timestamp() ELSE finished_at END,
            dedupe_key = CASE WHEN status = 'queued' THEN NULL ELSE dedupe_key END,
            status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END
      WHERE id = $1 RETURNING ${viewColumns}`,
    [id],
  )
  return rows[0] ?? null
}

export async function findJob(db: Queryable, id: string): Promise<JobView | null> {
  const { rows } = await db.query<JobView>(`SELECT ${viewColumns} FROM job WHERE id = $1`, [id])
  return rows[0] ?? null
}

/** Running first, then queued, then newest first. */
export async function selectJobs(
  db: Queryable,
  { pipeline, limit }: { pipeline: string | null; limit: number },
): Promise<JobView[]> {
  const { rows } = await db.query<JobView>(
    `SELECT ${viewColumns} FROM job WHERE ($1::text IS NULL OR pipeline = $1)
      ORDER BY CASE status WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END, created_at DESC, id LIMIT $2`,
    [pipeline, limit],
  )
  return rows
}

/** The newest finished run of each pipeline. */
export async function selectLastRuns(
  db: Queryable,
  pipelines: readonly string[],
): Promise<
  { pipeline: string; jobId: string; status: JobStatus; finishedAt: number; error: string | null }[]
> {
  const { rows } = await db.query<{
    pipeline: string
    jobId: string
    status: JobStatus
    finishedAt: number
    error: string | null
  }>(
    `SELECT p.name AS pipeline, j.id AS "jobId", j.status, ${ms('j.finished_at', 'finishedAt')}, j.error
       FROM unnest($1::text[]) AS p(name)
       CROSS JOIN LATERAL (SELECT * FROM job WHERE pipeline = p.name AND finished_at IS NOT NULL AND kind <> 'vacuum'
                            ORDER BY created_at DESC LIMIT 1) j`,
    [pipelines],
  )
  return rows
}

export async function countRunning(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ n: number }>(`SELECT count(*) AS n FROM job WHERE status = 'running'`)
  return rows[0]?.n ?? 0
}

/** Finished jobs of schedules are many and say little: only the newest `keep` of a pipeline stay. */
export async function deleteOldRuns(db: Queryable, keep: number): Promise<void> {
  await db.query(
    `DELETE FROM job WHERE id IN (
       SELECT id FROM (SELECT id, row_number() OVER (PARTITION BY pipeline ORDER BY created_at DESC) AS n FROM job
                        WHERE kind IN ('scheduled', 'vacuum') AND finished_at IS NOT NULL) d WHERE n > $1)`,
    [keep],
  )
}
