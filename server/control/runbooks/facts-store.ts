import type { Pool } from '../../clients'
import { aliveMs } from '../status-store'

type Row = Record<string, unknown>

async function oneRow<T>(pool: Pool, text: string, values: unknown[]): Promise<T> {
  const { rows } = await pool.query<Row>(text, values)
  const [row] = rows
  if (!row) throw new Error('a query of totals gave no row')
  return row as T
}

const ageS = (column: string) => `extract(epoch FROM clock_timestamp() - ${column})::float8`

/** Seconds since the speed layer last committed; null: it never did. */
export async function readCommitAge(pool: Pool, pipeline: string): Promise<number | null> {
  const { age } = await oneRow<{ age: number | null }>(
    pool,
    `SELECT ${ageS('max(s.updated_at)')} AS age FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
       JOIN speed_position s ON s.compute_id = v.compute_id WHERE p.name = $1`,
    [pipeline],
  )
  return age
}

export const readWorkers = (pool: Pool, role: string) =>
  oneRow<{ alive: number; silent: number; started_15m: number; beat_s: number | null }>(
    pool,
    `SELECT count(*) FILTER (WHERE at > clock_timestamp() - $2 * interval '1 millisecond') AS alive,
            count(*) FILTER (WHERE at <= clock_timestamp() - $2 * interval '1 millisecond') AS silent,
            count(*) FILTER (WHERE started_at > clock_timestamp() - interval '15 minutes') AS started_15m,
            ${ageS('max(at)')} AS beat_s
       FROM worker WHERE role = $1 AND at > clock_timestamp() - interval '1 hour'`,
    [role, aliveMs],
  )

interface LastRun {
  status: string | null
  age_s: number | null
  attempts: number | null
  failed_in_a_row: number
  error: string | null
  job: string | null
  from: string | null
  to: string | null
}

/** Of runs that ended; one that was cancelled says nothing. */
export const readLastRun = (pool: Pool, pipeline: string): Promise<LastRun> =>
  oneRow(
    pool,
    `WITH ended AS (
       SELECT id, status, attempts, error, finished_at, items,
              row_number() OVER (ORDER BY finished_at DESC) AS place
         FROM job WHERE pipeline = $1 AND kind IN ('scheduled', 'reconcile', 'backfill')
          AND status IN ('succeeded', 'failed', 'partial') ORDER BY finished_at DESC LIMIT 200)
     SELECT l.status, ${ageS('l.finished_at')} AS age_s, l.attempts, l.error, l.id::text AS job,
            coalesce((SELECT min(place) FROM ended WHERE status = 'succeeded') - 1,
                     (SELECT count(*) FROM ended))::int AS failed_in_a_row,
            to_char(to_timestamp(r.first / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "from",
            to_char(to_timestamp(r.last / 1000.0) AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"') AS "to"
       FROM (SELECT 1) always LEFT JOIN ended l ON l.place = 1
       LEFT JOIN LATERAL (SELECT min((i->>'from')::float8) AS first, max((i->>'to')::float8) AS last
                            FROM jsonb_array_elements(l.items) i) r ON true`,
    [pipeline],
  )

/** `covered`: batch answers for every window of the range; without a range, for any. */
export const readPublished = (
  pool: Pool,
  { computeId, from, to }: { computeId: number; from: number | null; to: number | null },
) =>
  oneRow<{ covered: boolean; behind_s: number | null; published_age_s: number | null; by: string | null }>(
    pool,
    `WITH force AS (SELECT range_from, range_to FROM publication_range
                     WHERE compute_id = $1 AND until_number IS NULL),
          newest AS (SELECT at, actor FROM publication WHERE compute_id = $1 ORDER BY number DESC LIMIT 1)
     SELECT CASE WHEN $2::float8 IS NULL THEN EXISTS (SELECT 1 FROM force)
            ELSE coalesce(range_agg(int8range(range_from, range_to)) @> int8range($2::float8::bigint, $3::float8::bigint), false)
            END AS covered,
            (extract(epoch FROM clock_timestamp()) - max(range_to) / 1000.0)::float8 AS behind_s,
            (SELECT ${ageS('at')} FROM newest) AS published_age_s, (SELECT actor FROM newest) AS "by"
       FROM force`,
    [computeId, from, to],
  )

/** What the newest published comparison that touches the windows found; earlier findings may have been put right. */
export async function readLastComparison(
  pool: Pool,
  { computeId, from, to }: { computeId: number; from: number; to: number },
): Promise<{ drifting: number; beyond: number } | null> {
  const { rows } = await pool.query<{ drifting: number; beyond: number }>(
    `SELECT c.drifting, c.beyond FROM comparison c JOIN version v ON v.id = c.version_id
      WHERE v.compute_id = $1 AND v.state = 'published' AND v.range_from < $3::float8::bigint
        AND v.range_to > $2::float8::bigint ORDER BY v.id DESC LIMIT 1`,
    [computeId, from, to],
  )
  return rows[0] ?? null
}

export const readJobs = (pool: Pool, pipeline: string) =>
  oneRow<{
    running: number
    queued: number
    asked: number
    paused: number
    failed_1h: number
    succeeded_1h: number
  }>(
    pool,
    `SELECT count(*) FILTER (WHERE status = 'running') AS running,
            count(*) FILTER (WHERE status = 'queued' AND NOT pause_requested) AS queued,
            count(*) FILTER (WHERE finished_at IS NULL AND kind IN ('backfill', 'reconcile', 'preview')
                               AND NOT pause_requested) AS asked,
            count(*) FILTER (WHERE finished_at IS NULL AND pause_requested) AS paused,
            count(*) FILTER (WHERE status IN ('failed', 'partial')) AS failed_1h,
            count(*) FILTER (WHERE status = 'succeeded') AS succeeded_1h
       FROM job WHERE pipeline = $1 AND kind NOT IN ('vacuum', 'guard')
        AND (finished_at IS NULL OR finished_at > clock_timestamp() - interval '1 hour')`,
    [pipeline],
  )

export const readHeaviestJob = (pool: Pool) =>
  oneRow<{
    job: string | null
    pipeline: string | null
    kind: string | null
    bytes: number | null
    running: number
  }>(
    pool,
    `WITH open AS (SELECT id, pipeline, kind, bytes FROM job WHERE finished_at IS NULL
                      AND kind IN ('scheduled', 'reconcile', 'backfill', 'preview'))
     SELECT o.id::text AS job, o.pipeline, o.kind, o.bytes, (SELECT count(*) FROM open) AS running
       FROM (SELECT 1) always LEFT JOIN LATERAL (SELECT * FROM open ORDER BY bytes DESC, id LIMIT 1) o ON true`,
    [],
  )

/** As counted into the minutes since then; no row: nothing was measured, which is not the same as none. */
export const readDuplicates = (pool: Pool, pipeline: string, since: number) =>
  oneRow<{ events: number | null; duplicates: number | null; share: number | null }>(
    pool,
    `SELECT sum(total)::float8 AS events, sum(total - good)::float8 AS duplicates,
            (sum(total - good) / nullif(sum(total), 0))::float8 AS share
       FROM sli_minute WHERE pipeline = $1 AND indicator = 'duplicates' AND threshold = 0 AND revision = 0
        AND traffic = 'real' AND minute >= $2::float8 - 59999`,
    [pipeline, since],
  )

export const readDeadLetters = (pool: Pool, type: string, since: number) =>
  oneRow<{
    count: number
    refused: number
    code: string | null
    source: string | null
    reason: string | null
  }>(
    pool,
    `WITH recent AS (SELECT code, source, reason FROM dead_letter
                      WHERE type = $1 AND at >= to_timestamp($2::float8 / 1000))
     SELECT (SELECT count(*) FROM recent) AS count,
            (SELECT coalesce(sum(count), 0)::bigint FROM measurement_minute
              WHERE indicator = 'rejected' AND pipeline = $1 AND minute >= $2::float8 - 59999) AS refused, t.code, t.source, t.reason
       FROM (SELECT 1) always LEFT JOIN LATERAL (
         SELECT code, source, min(reason) AS reason FROM recent GROUP BY 1, 2
          ORDER BY count(*) DESC, 1, 2 LIMIT 1) t ON true`,
    [type, since],
  )

export const readQuarantined = (pool: Pool, type: string) =>
  oneRow<{ count: number; kept: number; being_put_back: number; sources: string }>(
    pool,
    `SELECT count(*) FILTER (WHERE released_at IS NULL) AS count, coalesce(sum(events), 0)::bigint AS kept,
            count(*) FILTER (WHERE released_at IS NOT NULL) AS being_put_back,
            coalesce(string_agg(source, ', ' ORDER BY source), '') AS sources
       FROM quarantine WHERE type = $1 AND redriven_at IS NULL`,
    [type],
  )

export async function readSchema(pool: Pool, subjects: readonly string[]) {
  const { rows } = await pool.query<{ subject: string; version: number; age_s: number }>(
    `SELECT subject, version, ${ageS('created_at')} AS age_s FROM schema_version
      WHERE subject = ANY($1::text[]) ORDER BY created_at DESC, version DESC LIMIT 1`,
    [subjects],
  )
  return rows[0] ?? { subject: subjects[0] ?? null, version: null, age_s: null }
}

/** Late events that speed left to batch and no version in force has counted. */
export async function readLateWaiting(
  pool: Pool,
  { computeId, from, to }: { computeId: number; from: number; to: number },
): Promise<number> {
  const { late } = await oneRow<{ late: number }>(
    pool,
    `SELECT coalesce(sum(b.late), 0)::bigint AS late FROM speed_bucket b
      WHERE b.compute_id = $1 AND b.window_start >= $2::float8::bigint AND b.window_start < $3::float8::bigint
        AND b.late > 0 AND NOT EXISTS (
          SELECT 1 FROM publication_range r JOIN version v ON v.id = r.version_id
           WHERE r.compute_id = b.compute_id AND r.until_number IS NULL AND v.epoch >= b.epoch
             AND r.range_from <= b.window_start AND b.window_start < r.range_to)`,
    [computeId, from, to],
  )
  return late
}

export const readHoles = (pool: Pool, hole: { type: string; computeId: number; from: number; to: number }) =>
  oneRow<{ count: number; layers: string }>(
    pool,
    `SELECT count(*) AS count, coalesce(string_agg(DISTINCT layer, ', '), 'none') AS layers FROM hole
      WHERE type = $1 AND (compute_id IS NULL OR compute_id = $2)
        AND coalesce(from_time, $3::float8::bigint) < $4::float8::bigint
        AND coalesce(to_time, $4::float8::bigint) >= $3::float8::bigint`,
    [hole.type, hole.computeId, hole.from, hole.to],
  )

export const readFiring = (
  pool: Pool,
  { rule, pipeline, incident }: { rule: string | null; pipeline: string | null; incident: number | null },
) =>
  oneRow<{ firing: number; oldest_s: number | null; worst: string | null }>(
    pool,
    `WITH firing AS (SELECT title, severity, firing_since FROM alert
                      WHERE state = 'firing' AND ($1::text IS NULL OR rule = $1)
                        AND ($2::text IS NULL OR pipeline = $2) AND ($3::int IS NULL OR incident_id = $3))
     SELECT count(*) AS firing, ${ageS('min(firing_since)')} AS oldest_s,
            (SELECT title FROM firing ORDER BY severity, firing_since LIMIT 1) AS worst FROM firing`,
    [rule, pipeline, incident],
  )

export const readObjectives = (pool: Pool, pipeline: string) =>
  oneRow<{
    count: number
    burning: number
    exhausted: number
    worst: string | null
    worst_budget_left: number | null
    used_24h: number | null
    exhausted_in_s: number | null
  }>(
    pool,
    `WITH states AS (
       SELECT o.id, s.status, s.budget_left, (s.state->>'usedIn24h')::float8 AS used,
              (s.state->>'exhaustedInS')::float8 AS ends
         FROM objective o JOIN objective_state s ON s.objective_id = o.id
        WHERE o.pipeline = $1 AND o.removed_at IS NULL),
     worst AS (SELECT * FROM states WHERE budget_left IS NOT NULL ORDER BY budget_left LIMIT 1)
     SELECT count(*) AS count, count(*) FILTER (WHERE status = 'burning') AS burning,
            count(*) FILTER (WHERE status = 'exhausted') AS exhausted, max(used) AS used_24h,
            min(ends) AS exhausted_in_s, (SELECT id FROM worst) AS worst,
            (SELECT budget_left FROM worst) AS worst_budget_left FROM states`,
    [pipeline],
  )

const hourMs = 3_600_000

/** `usual_hour`: mean of the 24 hours before the last full one. */
export const readSpend = (pool: Pool, pipeline: string, now: number) => {
  const hour = Math.floor(now / hourMs) * hourMs - hourMs
  const day = new Date(now).setUTCHours(0, 0, 0, 0)
  const month = Date.UTC(new Date(now).getUTCFullYear(), new Date(now).getUTCMonth(), 1)
  return oneRow<{
    hour: number | null
    usual_hour: number | null
    today: number | null
    month: number | null
  }>(
    pool,
    `WITH hours AS (SELECT hour, sum(amount) AS amount FROM cost_hour
                     WHERE pipeline = $1 AND hour >= least($3, $4, $2 - 86400000) GROUP BY 1)
     SELECT sum(amount) FILTER (WHERE hour = $2) AS hour,
            avg(amount) FILTER (WHERE hour < $2 AND hour >= $2 - 86400000) AS usual_hour,
            sum(amount) FILTER (WHERE hour >= $3) AS today, sum(amount) FILTER (WHERE hour >= $4) AS month
       FROM hours`,
    [pipeline, hour, day, month],
  )
}

export const readRefusals = (pool: Pool, since: number) =>
  oneRow<{ count: number; principal: string | null; address: string | null; most: number | null }>(
    pool,
    `WITH recent AS (SELECT principal, address FROM access_event WHERE at >= to_timestamp($1::float8 / 1000))
     SELECT (SELECT count(*) FROM recent) AS count, t.principal, t.address, t.most
       FROM (SELECT 1) always LEFT JOIN LATERAL (
         SELECT principal, address, count(*) AS most FROM recent GROUP BY 1, 2
          ORDER BY count(*) DESC, 1, 2 LIMIT 1) t ON true`,
    [since],
  )

/** A person by e-mail address, a token by its name. */
export const readAccess = (pool: Pool, principal: string) =>
  oneRow<{ known: boolean; active: boolean; sessions: number; tokens: number }>(
    pool,
    `WITH person AS (SELECT id, disabled_at FROM user_account WHERE email = $1),
          token AS (SELECT revoked_at IS NULL AND coalesce(expires_at > clock_timestamp(), true) AS good
                      FROM api_token WHERE name = $1),
          open AS (SELECT 1 FROM session s JOIN person p ON p.id = s.user_id WHERE s.expires_at > clock_timestamp())
     SELECT EXISTS (SELECT 1 FROM person) OR EXISTS (SELECT 1 FROM token) AS known,
            EXISTS (SELECT 1 FROM person WHERE disabled_at IS NULL) OR EXISTS (SELECT 1 FROM token WHERE good) AS active,
            (SELECT count(*) FROM open) AS sessions, (SELECT count(*) FROM token WHERE good) AS tokens`,
    [principal],
  )
