import type { Pool } from '../../clients'
import type { JobKind, JobStatus } from '../model'
import type { RetryRow } from './model'

interface Stretch {
  from: number
  to: number
}

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`
const inRange = (column: string) =>
  `${column} >= to_timestamp($1::float8 / 1000) AND ${column} < to_timestamp($2::float8 / 1000)`

export async function objectiveThreshold(
  pool: Pool,
  { pipeline, indicator }: { pipeline: string; indicator: string },
): Promise<number | null> {
  const { rows } = await pool.query<{ threshold: number | null }>({
    name: 'debug-threshold',
    text: `SELECT (spec->'sli'->>'threshold')::float8 AS threshold FROM objective
            WHERE pipeline = $1 AND removed_at IS NULL AND spec->'sli'->>'indicator' = $2 ORDER BY id LIMIT 1`,
    values: [pipeline, indicator],
  })
  return rows[0]?.threshold ?? null
}

/** Kinds of run that were tried again or failed in the range, with all runs of the kind beside. */
export async function retriedRuns(pool: Pool, { from, to }: Stretch): Promise<RetryRow[]> {
  const { rows } = await pool.query<RetryRow>({
    name: 'debug-retried-runs',
    text: `SELECT kind, pipeline, count(*) AS runs, sum(greatest(attempts - 1, 0)) AS retries,
                  count(*) FILTER (WHERE status IN ('failed', 'partial')) AS failed,
                  (array_agg(error ORDER BY created_at DESC) FILTER (WHERE error IS NOT NULL))[1] AS "lastError",
                  max(${ms('coalesce(finished_at, started_at, created_at)')})
                    FILTER (WHERE attempts > 1 OR status IN ('failed', 'partial')) AS "lastAt",
                  (array_agg(id ORDER BY created_at DESC) FILTER (WHERE attempts > 1 OR status IN ('failed', 'partial')))[1]
                    AS "jobId"
             FROM job WHERE ${inRange('coalesce(finished_at, started_at, created_at)')}
            GROUP BY kind, pipeline
           HAVING bool_or(attempts > 1 OR status IN ('failed', 'partial'))
            ORDER BY failed DESC, retries DESC, "lastAt" DESC LIMIT 50`,
    values: [from, to],
  })
  return rows
}

export async function speedDetails(
  pool: Pool,
): Promise<{ id: string; isAlive: boolean; detail: Record<string, unknown> }[]> {
  const { rows } = await pool.query<{ id: string; isAlive: boolean; detail: Record<string, unknown> }>({
    name: 'debug-speed-details',
    text: `SELECT id, at > clock_timestamp() - interval '20 seconds' AS "isAlive", detail FROM worker
            WHERE role = 'speed' AND at > clock_timestamp() - interval '1 hour' ORDER BY id LIMIT 50`,
  })
  return rows
}

export async function retriedDeliveries(
  pool: Pool,
  { from, to }: Stretch,
): Promise<{ channel: string; retries: number; failed: number; lastError: string | null; lastAt: number }[]> {
  const { rows } = await pool.query<{
    channel: string
    retries: number
    failed: number
    lastError: string | null
    lastAt: number
  }>({
    name: 'debug-retried-deliveries',
    text: `SELECT coalesce(c.name, 'a channel that was removed') AS channel, sum(greatest(n.attempts - 1, 0)) AS retries,
                  count(*) FILTER (WHERE n.state = 'failed') AS failed,
                  (array_agg(n.last_error ORDER BY n.id DESC) FILTER (WHERE n.last_error IS NOT NULL))[1] AS "lastError",
                  max(${ms('coalesce(n.sent_at, n.next_at)')}) AS "lastAt"
             FROM notification n LEFT JOIN channel c ON c.id = n.channel_id
            WHERE ${inRange('n.created_at')} AND (n.attempts > 1 OR n.state = 'failed')
            GROUP BY 1 ORDER BY retries DESC LIMIT 20`,
    values: [from, to],
  })
  return rows
}

export interface SchemaRow {
  subject: string
  version: number
  at: number
  sinceSeq: number
  schema: string
  before: string | null
}

/** Versions registered in the range, and of each subject its newest, so that the last change is always told. */
export async function schemaChanges(pool: Pool, { from, to }: Stretch): Promise<SchemaRow[]> {
  const { rows } = await pool.query<SchemaRow>({
    name: 'debug-schema-changes',
    text: `SELECT s.subject, s.version, ${ms('s.created_at')} AS at, s.since_seq AS "sinceSeq", s.schema, b.schema AS before
             FROM schema_version s
             LEFT JOIN schema_version b ON b.subject = s.subject AND b.version = s.version - 1
            WHERE (${inRange('s.created_at')})
               OR s.version = (SELECT max(n.version) FROM schema_version n WHERE n.subject = s.subject)
            ORDER BY s.created_at DESC, s.id DESC LIMIT 30`,
    values: [from, to],
  })
  return rows
}

export interface ErrorRow {
  type: string
  code: string
  count: number
  lastAt: number
  reason: string | null
  source: string | null
}

export async function parkedEvents(pool: Pool, { from, to }: Stretch): Promise<ErrorRow[]> {
  const { rows } = await pool.query<ErrorRow>({
    name: 'debug-parked-events',
    text: `SELECT coalesce(type, split_part(subject, '.', 2), '') AS type, code, count(*) AS count,
                  max(${ms('at')}) AS "lastAt", (array_agg(reason ORDER BY seq DESC))[1] AS reason,
                  (array_agg(source ORDER BY seq DESC))[1] AS source
             FROM dead_letter WHERE ${inRange('at')} GROUP BY 1, 2 ORDER BY count DESC LIMIT 50`,
    values: [from, to],
  })
  return rows
}

/** Events the gateway refused, by type and minute: they reach no log, so only their number is kept. */
export async function refusedEvents(
  pool: Pool,
  { from, to }: Stretch,
): Promise<{ type: string; at: number; count: number }[]> {
  const { rows } = await pool.query<{ type: string; at: number; count: number }>({
    name: 'debug-refused-events',
    text: `SELECT pipeline AS type, minute AS at, sum(count)::bigint AS count FROM measurement_minute
            WHERE indicator = 'rejected' AND minute >= $1 AND minute < $2 GROUP BY 1, 2 ORDER BY 2`,
    values: [from, to],
  })
  return rows
}

export async function parkedByStep(
  pool: Pool,
  { from, to, stepMs }: Stretch & { stepMs: number },
): Promise<{ at: number; count: number }[]> {
  const { rows } = await pool.query<{ at: number; count: number }>({
    name: 'debug-parked-by-step',
    text: `SELECT (${ms('at')} / $3) * $3 AS at, count(*) AS count FROM dead_letter WHERE ${inRange('at')}
            GROUP BY 1 ORDER BY 1`,
    values: [from, to, stepMs],
  })
  return rows
}

export interface UsageRow {
  at: number
  layer: string
  pipeline: string
  cpuMs: number
  bytesRead: number
  bytesWritten: number
  events: number
}

export async function usageBySteps(
  pool: Pool,
  { from, to, stepMs }: Stretch & { stepMs: number },
): Promise<UsageRow[]> {
  const { rows } = await pool.query<UsageRow>({
    name: 'debug-usage',
    text: `SELECT (minute / $3) * $3 AS at, layer, pipeline, sum(cpu_ms) AS "cpuMs", sum(bytes_read)::bigint AS "bytesRead",
                  sum(bytes_written)::bigint AS "bytesWritten", sum(events)::bigint AS events
             FROM usage_minute WHERE minute >= $1 AND minute < $2 GROUP BY 1, 2, 3 ORDER BY 1`,
    values: [from, to, stepMs],
  })
  return rows
}

export interface JobSpan {
  id: string
  kind: JobKind
  pipeline: string
  status: JobStatus
  from: number
  to: number | null
  bytes: number
  heldMs: number
}

/** Runs that were under way in the range, longest first. */
export async function jobsWithin(pool: Pool, { from, to }: Stretch, limit: number): Promise<JobSpan[]> {
  const { rows } = await pool.query<JobSpan>({
    name: 'debug-jobs-within',
    text: `SELECT id, kind, pipeline, status, ${ms('started_at')} AS "from", ${ms('finished_at')} AS "to", bytes,
                  coalesce((governor->>'heldMs')::float8, 0) AS "heldMs"
             FROM job
            WHERE kind IN ('scheduled', 'reconcile', 'backfill', 'preview', 'redrive', 'vacuum')
              AND started_at < to_timestamp($2::float8 / 1000)
              AND coalesce(finished_at, clock_timestamp()) >= to_timestamp($1::float8 / 1000)
            ORDER BY coalesce(finished_at, clock_timestamp()) - started_at DESC LIMIT $3`,
    values: [from, to, limit],
  })
  return rows
}
