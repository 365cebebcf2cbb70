import { noteFenced, noteTakeovers, type Pool, type PoolClient } from '../clients'
import { probePipeline } from '../slo'
import { advisoryLocks } from './advisory-locks'
import type { Admission } from './batch-deps'
import type { GovernorState, JobItem, JobKind, JobResult, JobStatus, JobView } from './model'

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
  /** Not before this instant, epoch ms. */
  runAfter?: number
}

/** Kinds that run beside a pipeline's other jobs: they neither recompute nor wait for what does. */
export const besideKinds: readonly JobKind[] = ['guard', 'redrive']
/** A scheduled run goes ahead of what people asked for up to this much later: live windows first, nobody starves. */
const scheduledLeadMs = 60_000

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
  /** Left by an earlier look or attempt. */
  result: JobResult | null
}

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

const viewColumns = `id, kind, pipeline, plan_id AS "planId", status, progress, items, ${ms('eta_at', 'etaAt')}, error,
  attempts, cancel_requested AS "cancelRequested", pause_requested AS "pauseRequested", ${ms('run_after', 'runAfter')},
  bytes, governor, result, (SELECT p.estimate FROM plan p WHERE p.id = job.plan_id) AS estimate,
  created_by AS "createdBy", reason,
  ${ms('created_at', 'createdAt')}, ${ms('started_at', 'startedAt')}, ${ms('finished_at', 'finishedAt')}`

const claimColumns = `j.id, j.kind, j.pipeline, j.payload, j.items, j.created_by AS "createdBy", j.reason, j.attempts,
  j.max_attempts AS "maxAttempts", j.fence, j.plan_id AS "planId", j.bytes, j.governor, j.result`

/** The new job's id; null when an unfinished job has its key already. */
export async function insertJob(client: Queryable, job: NewJob): Promise<string | null> {
  const { rows } = await client.query<{ id: string }>(
    `INSERT INTO job (kind, pipeline, plan_id, payload, items, status, created_by, reason, dedupe_key, max_attempts,
                      run_after)
     VALUES ($1, $2, $3, $4, $5, 'queued', $6, $7, $8, $9, coalesce(to_timestamp($10::float8 / 1000), now()))
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
      job.runAfter ?? null,
    ],
  )
  return rows[0]?.id ?? null
}

/** A job for what its caller has done in the same transaction. */
export async function insertFinishedJob(
  client: Queryable,
  job: NewJob & { id: string; result: JobResult },
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
 * Ends jobs whose worker is gone for good: cancelled ones, and those that have used up their attempts. One that was
 * to pause waits as a queued one. Others stay `running` with an expired lease, for the next claim.
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
  const { rows: paused } = await client.query<{ id: string }>(
    `UPDATE job SET status = 'queued', owner = NULL, lease_until = NULL, eta_at = NULL, fence = fence + 1
      WHERE status = 'running' AND lease_until < clock_timestamp() AND pause_requested RETURNING id`,
  )
  return [...rows, ...paused].map(({ id }) => id)
}

/** What a claim may take: the queue of recomputes and publications, or the one that runs beside it. */
export type Lane = 'main' | 'beside'

/**
 * Takes the oldest job that is due, or whose worker let its lease expire. At most one job of a pipeline runs at a
 * time, so that cuts and publications of a pipeline never cross; the lock makes that test and the claim one step.
 * Of a pipeline whose batch layer is paused nothing is recomputed.
 */
export async function claimJob(
  client: PoolClient,
  {
    owner,
    leaseMs,
    lane = 'main',
    admission = { jobs: null, held: [] },
  }: { owner: string; leaseMs: number; lane?: Lane; admission?: Admission },
): Promise<ClaimedJob | null> {
  await client.query('SELECT pg_advisory_xact_lock($1)', [advisoryLocks.claimJob])
  const { rows } = await client.query<ClaimedJob & { before: string | null }>({
    name: 'job-claim',
    text: `WITH next AS (
              SELECT d.id, CASE WHEN d.status = 'running' THEN d.owner END AS before FROM job d
               WHERE ((d.status = 'queued' AND d.run_after <= clock_timestamp())
                   OR (d.status = 'running' AND d.lease_until < clock_timestamp()))
                 AND NOT d.pause_requested AND (d.kind = ANY($3::text[])) = $4
                 AND ($4 OR NOT EXISTS (
                   SELECT 1 FROM job r WHERE r.pipeline = d.pipeline AND r.id <> d.id AND r.kind <> ALL($3::text[])
                      AND r.status = 'running' AND r.lease_until >= clock_timestamp()))
                 AND NOT EXISTS (SELECT 1 FROM jsonb_to_recordset($5::jsonb) AS h (pipeline text, kinds jsonb)
                                  WHERE h.pipeline = d.pipeline AND h.kinds ? d.kind)
                 AND ($4 OR $6::int IS NULL OR d.kind IN ('scheduled', 'vacuum') OR $6 > (
                   SELECT count(*) FROM job r WHERE r.kind IN ('reconcile', 'backfill', 'preview') AND r.id <> d.id
                      AND r.status = 'running' AND r.lease_until >= clock_timestamp()))
                 AND NOT (d.kind IN ('scheduled', 'reconcile', 'backfill', 'preview') AND EXISTS (
                   SELECT 1 FROM layer_pause l WHERE l.pipeline = d.pipeline AND l.layer = 'batch' AND l.ended_at IS NULL
                      AND (l.until_at IS NULL OR l.until_at > clock_timestamp())))
               ORDER BY d.run_after - CASE WHEN d.kind = 'scheduled' THEN $7 * interval '1 millisecond'
                                           ELSE interval '0' END, d.created_at
               LIMIT 1 FOR UPDATE SKIP LOCKED)
           UPDATE job j
              SET status = 'running', owner = $1, fence = j.fence + 1, attempts = j.attempts + 1,
                  lease_until = clock_timestamp() + $2 * interval '1 millisecond',
                  started_at = coalesce(j.started_at, clock_timestamp()), error = NULL
             FROM next WHERE j.id = next.id
        RETURNING ${claimColumns}, next.before`,
    values: [
      owner,
      leaseMs,
      besideKinds,
      lane === 'beside',
      JSON.stringify(admission.held),
      admission.jobs,
      scheduledLeadMs,
    ],
  })
  const [claimed] = rows
  if (!claimed) return null
  const { before, ...job } = claimed
  if (before !== null)
    await noteTakeovers(client, [{ kind: 'job', name: job.id, fromOwner: before, toOwner: owner, leases: 1 }])
  return job
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
  if (row) return { held: true, ...row }
  await noteFenced(pool, { kind: 'job', name: job.id })
  return { held: false }
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
  result: JobResult | null
  error: string | null
  /** Archive bytes read; absent: as told last. */
  bytes?: number
}

/** False: the job was no longer this worker's. */
export async function endJob(
  client: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  end: JobEnd,
): Promise<boolean> {
  const { rowCount } = await client.query(
    `UPDATE job SET status = $3, items = $4, progress = $5, result = $6, error = $7, finished_at = clock_timestamp(),
                    owner = NULL, lease_until = NULL, eta_at = NULL, dedupe_key = NULL,
                    bytes = coalesce($8, bytes), pause_requested = false
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [
      job.id,
      job.fence,
      end.status,
      JSON.stringify(end.items),
      end.progress,
      end.result && JSON.stringify(end.result),
      end.error,
      end.bytes ?? null,
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

/** A paused job waits with what it has staged; the attempt does not count. */
export async function parkJob(
  pool: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  state: { payload: Record<string, unknown>; items: JobItem[]; progress: number; bytes: number },
): Promise<void> {
  await pool.query(
    `UPDATE job SET status = 'queued', owner = NULL, lease_until = NULL, eta_at = NULL,
                    attempts = greatest(attempts - 1, 0), payload = $3, items = $4, progress = $5, bytes = $6
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [
      job.id,
      job.fence,
      JSON.stringify(state.payload),
      JSON.stringify(state.items),
      state.progress,
      state.bytes,
    ],
  )
}

/** A job that looks now and then goes back to the queue until its next look; looks are no attempts. */
export async function deferJob(
  pool: Queryable,
  job: Pick<ClaimedJob, 'id' | 'fence'>,
  state: {
    waitMs: number
    items: JobItem[]
    progress: number
    result: JobResult
    etaAt: number | null
    /** Added to what the job was made with. */
    payload?: Record<string, unknown>
  },
): Promise<void> {
  await pool.query(
    `UPDATE job SET status = 'queued', owner = NULL, lease_until = NULL, attempts = 0, items = $4, progress = $5,
                    result = $6, eta_at = to_timestamp($7::float8 / 1000), payload = payload || $8::jsonb,
                    run_after = clock_timestamp() + $3 * interval '1 millisecond'
      WHERE id = $1 AND fence = $2 AND status = 'running'`,
    [
      job.id,
      job.fence,
      state.waitMs,
      JSON.stringify(state.items),
      state.progress,
      JSON.stringify(state.result),
      state.etaAt,
      JSON.stringify(state.payload ?? {}),
    ],
  )
}

/** Queued: cancelled at once, with what it had finished. Running: its worker is told with its next heartbeat. */
export async function markCancel(client: Queryable, id: string): Promise<JobView | null> {
  const { rows } = await client.query<JobView>(
    `UPDATE job SET cancel_requested = cancel_requested OR status IN ('queued', 'running'),
            finished_at = CASE WHEN status = 'queued' THEN clock_timestamp() ELSE finished_at END,
            dedupe_key = CASE WHEN status = 'queued' THEN NULL ELSE dedupe_key END,
            items = CASE WHEN status <> 'queued' THEN items ELSE (
              SELECT coalesce(jsonb_agg(CASE WHEN i->>'status' IN ('queued', 'running')
                                             THEN i || '{"status": "cancelled"}' ELSE i END ORDER BY n), '[]')
                FROM jsonb_array_elements(items) WITH ORDINALITY AS e (i, n)) END,
            result = CASE WHEN status <> 'queued' THEN result ELSE coalesce(result, '{}') || jsonb_build_object('finished', (
              SELECT coalesce(jsonb_agg(i->'label' ORDER BY n), '[]')
                FROM jsonb_array_elements(items) WITH ORDINALITY AS e (i, n) WHERE i->>'status' = 'succeeded')) END,
            status = CASE WHEN status = 'queued' THEN 'cancelled' ELSE status END
      WHERE id = $1 RETURNING ${viewColumns}`,
    [id],
  )
  return rows[0] ?? null
}

/** A running job stops after the range in hand; a queued one is not claimed. Null: it has ended. */
export async function markPause(client: Queryable, id: string, paused: boolean): Promise<JobView | null> {
  const { rows } = await client.query<JobView>(
    `UPDATE job SET pause_requested = $2 WHERE id = $1 AND status IN ('queued', 'running') RETURNING ${viewColumns}`,
    [id, paused],
  )
  return rows[0] ?? null
}

/** Shows on queued jobs why the governor does not let them start, since when; and that it no longer holds others. */
export async function markHeld(client: Queryable, held: Admission['held'], now: number): Promise<string[]> {
  const { rows } = await client.query<{ id: string }>(
    `WITH wanted AS (
       SELECT j.id, (SELECT h.reasons FROM jsonb_to_recordset($1::jsonb) AS h (pipeline text, kinds jsonb, reasons jsonb)
                      WHERE h.pipeline = j.pipeline AND h.kinds ? j.kind LIMIT 1) AS reasons
         FROM job j WHERE j.status = 'queued')
     UPDATE job SET governor = jsonb_build_object(
              'state', CASE WHEN w.reasons IS NULL THEN 'running' ELSE 'held' END,
              'reasons', coalesce(w.reasons, '[]'), 'since', $2::bigint,
              'heldMs', coalesce((governor->>'heldMs')::float8, 0)
                        + CASE WHEN governor->>'state' = 'held' THEN $2 - (governor->>'since')::bigint ELSE 0 END)
       FROM wanted w
      WHERE w.id = job.id AND job.status = 'queued'
        AND CASE WHEN w.reasons IS NULL THEN governor->>'state' = 'held'
                 ELSE governor->>'state' IS DISTINCT FROM 'held' OR governor->'reasons' <> w.reasons END
      RETURNING job.id`,
    [JSON.stringify(held), now],
  )
  return rows.map(({ id }) => id)
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
    `SELECT ${viewColumns} FROM job WHERE (pipeline = $1 OR ($1::text IS NULL AND pipeline <> '${probePipeline}'))
      ORDER BY CASE status WHEN 'running' THEN 0 WHEN 'queued' THEN 1 ELSE 2 END, created_at DESC, id LIMIT $2`,
    [pipeline, limit],
  )
  return rows
}

/** The newest finished batch run of each pipeline; a preview, a pause or a roll back is none. */
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
       CROSS JOIN LATERAL (SELECT * FROM job WHERE pipeline = p.name AND finished_at IS NOT NULL
                               AND kind IN ('scheduled', 'reconcile', 'backfill')
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

/** The job lease, for whoever runs its protocol on another connection. */
export const jobStatements = { claimJob, beatJob, lockHeldJob, endJob, requeueJob, insertJob, markCancel }
