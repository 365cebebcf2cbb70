import type { Pool, PoolClient } from '../../clients'
import type {
  AccessFact,
  ChannelFact,
  ComparisonFact,
  CorrectionsFact,
  HoleFact,
  KeysFact,
  ProbeFact,
  RunFact,
  TrafficFact,
  WorkersFact,
} from './facts'
import { probePipeline } from '../probe/probe-pipeline'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint`

/** Roles without which something stands still; the one that watches is this process. */
const rolesNeeded = ['speed', 'archive', 'batch']
/** As everywhere: a worker whose heartbeat is older is not counted as alive. */
const aliveMs = 20_000

export async function selectRoles(db: Queryable): Promise<WorkersFact> {
  const { rows } = await db.query<WorkersFact['roles'][number]>({
    name: 'alert-facts-roles',
    text: `SELECT r.role, count(*) FILTER (WHERE w.at > clock_timestamp() - $2 * interval '1 millisecond')::int AS alive,
                  ${ms('max(w.at)')} AS "lastBeatAt"
             FROM unnest($1::text[]) AS r(role) LEFT JOIN worker w ON w.role = r.role GROUP BY r.role`,
    values: [rolesNeeded, aliveMs],
  })
  return { roles: rows }
}

export async function selectArchivedSeq(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ seq: number | null }>('SELECT max(seq) AS seq FROM archive_position')
  return rows[0]?.seq ?? 0
}

export async function selectLost(db: Queryable): Promise<{ stretches: number; types: string[] } | undefined> {
  const { rows } = await db.query<{ stretches: number; types: string[] }>({
    name: 'alert-facts-lost',
    text: `SELECT count(*) AS stretches, array_agg(DISTINCT type ORDER BY type) AS types FROM hole
            WHERE layer = 'archive' AND created_at > clock_timestamp() - interval '1 day' HAVING count(*) > 0`,
  })
  return rows[0]
}

/** As long as its operator wants the log to keep messages, where that is lengthened for the archive's sake. */
export async function selectHeldAge(db: Queryable): Promise<number | null> {
  const { rows } = await db.query<{ ageMs: number | null }>(
    `SELECT (value->>'ageMs')::float8 AS "ageMs" FROM setting WHERE key = 'retentionHold'`,
  )
  return rows[0]?.ageMs ?? null
}

/** Machines that told in the last minute. */
export async function selectDisks(db: Queryable): Promise<DiskUse[]> {
  const { rows } = await db.query<DiskUse>({
    name: 'alert-facts-disks',
    text: `SELECT host, part, total_bytes AS "totalBytes", free_bytes AS "freeBytes" FROM disk_use
            WHERE at > clock_timestamp() - interval '1 minute' ORDER BY host, part LIMIT 300`,
  })
  return rows
}

export interface DiskUse {
  host: string
  part: string
  totalBytes: number
  freeBytes: number
}

/** A stretch that was lost is told of for an hour; it stays on the windows it touches. */
export async function selectHoles(db: Queryable): Promise<HoleFact[]> {
  const { rows } = await db.query<HoleFact>({
    name: 'alert-facts-holes',
    text: `SELECT layer, (array_agg(DISTINCT type))[1:5] AS types, count(DISTINCT (seq_from, seq_to))::int AS stretches,
                  coalesce((SELECT sum(s.t - s.f + 1) FROM (SELECT DISTINCT seq_from AS f, seq_to AS t FROM hole l
                     WHERE l.layer = h.layer AND l.created_at > clock_timestamp() - interval '1 hour') s), 0)::bigint AS messages,
                  max(reason) AS says
             FROM hole h WHERE layer = 'archive' AND created_at > clock_timestamp() - interval '1 hour' GROUP BY layer`,
  })
  return rows
}

const runKinds = `('scheduled', 'backfill', 'reconcile')`

export async function selectRuns(db: Queryable): Promise<RunFact[]> {
  const { rows } = await db.query<RunFact>({
    name: 'alert-facts-runs',
    text: `SELECT p.name AS pipeline, ${ms('s.at')} AS "lastSuccessAt",
                  ${ms('greatest(p.created_at, v.created_at)')} AS "expectedSince",
                  CASE WHEN e.status IN ('failed', 'partial') THEN jsonb_build_object('jobId', e.id, 'kind', e.kind,
                    'at', ${ms('e.finished_at')}, 'error', coalesce(e.error, 'no reason was kept'), 'attempts', e.attempts,
                    'from', (SELECT min((i->>'from')::float8) FROM jsonb_array_elements(e.items) i),
                    'to', (SELECT max((i->>'to')::float8) FROM jsonb_array_elements(e.items) i)) END AS failed,
                  (SELECT jsonb_build_object('jobId', j.id, 'attempts', j.attempts, 'maxAttempts', j.max_attempts, 'error', j.error)
                     FROM job j WHERE j.pipeline = p.name AND j.status = 'queued' AND j.kind IN ${runKinds}
                      AND j.attempts >= 2 AND j.error IS NOT NULL ORDER BY j.created_at DESC LIMIT 1) AS retrying,
                  (SELECT count(*)::int FROM job j WHERE j.pipeline = p.name AND j.status = 'failed' AND j.kind IN ${runKinds}
                      AND j.finished_at > clock_timestamp() - interval '1 hour') AS "failuresLastHour"
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id
             LEFT JOIN LATERAL (SELECT max(finished_at) AS at FROM job j WHERE j.pipeline = p.name AND j.status = 'succeeded'
                                  AND j.kind IN ${runKinds}) s ON true
             LEFT JOIN LATERAL (SELECT * FROM job j WHERE j.pipeline = p.name AND j.finished_at IS NOT NULL
                                  AND j.status <> 'cancelled' AND j.kind IN ${runKinds}
                                 ORDER BY j.finished_at DESC LIMIT 1) e ON true
            WHERE p.deleted_at IS NULL`,
  })
  return rows
}

export interface CounterRow {
  pipeline: string
  computeId: number
  eventType: string
  events: number
  duplicates: number
  late: number
  /** Log time of the newest folded message, epoch ms. */
  logTime: number | null
}

/** Of the computes in force. */
export async function selectCounters(db: Queryable): Promise<CounterRow[]> {
  const { rows } = await db.query<CounterRow>({
    name: 'alert-facts-counters',
    text: `SELECT p.name AS pipeline, c.id AS "computeId", c.type AS "eventType", sum(s.events)::bigint AS events,
                  sum(s.duplicate)::bigint AS duplicates, sum(s.late)::bigint AS late, max(s.log_time) AS "logTime"
             FROM pipeline p JOIN pipeline_version v ON v.id = p.version_id JOIN compute c ON c.id = v.compute_id
             JOIN speed_position s ON s.compute_id = c.id
            WHERE p.deleted_at IS NULL GROUP BY p.name, c.id, c.type`,
  })
  return rows
}

export interface DeadLetterRow {
  eventType: string
  count: number
  codes: string[]
  sources: string[]
  example: string | null
}

/** Newest first are looked through up to a bound: beyond it the number is "at least". */
const deadLettersLooked = 2_000

export async function selectDeadLetters(db: Queryable, from: number): Promise<DeadLetterRow[]> {
  const { rows } = await db.query<DeadLetterRow>({
    name: 'alert-facts-dead-letters',
    text: `SELECT coalesce(type, 'unknown') AS "eventType", count(*)::int AS count,
                  (array_agg(DISTINCT code))[1:5] AS codes,
                  (array_agg(DISTINCT source) FILTER (WHERE source IS NOT NULL))[1:5] AS sources, max(reason) AS example
             FROM (SELECT * FROM dead_letter ORDER BY seq DESC, index DESC LIMIT ${deadLettersLooked}) d
            WHERE at > to_timestamp($1::float8 / 1000) GROUP BY 1`,
    values: [from],
  })
  return rows.map((row) => ({ ...row, sources: (row.sources as string[] | null) ?? [] }))
}

export async function selectComparisons(db: Queryable, from: number): Promise<ComparisonFact[]> {
  const { rows } = await db.query<ComparisonFact>({
    name: 'alert-facts-comparisons',
    text: `SELECT v.pipeline, v.id AS "versionId", ${ms('c.at')} AS at, c.cells, c.beyond, c.drifting,
                  v.range_from AS "from", v.range_to AS "to"
             FROM comparison c JOIN version v ON v.id = c.version_id JOIN pipeline p ON p.name = v.pipeline
            WHERE c.at > to_timestamp($1::float8 / 1000) AND p.deleted_at IS NULL ORDER BY c.at DESC LIMIT 2000`,
    values: [from],
  })
  return rows
}

export async function selectCorrections(db: Queryable): Promise<CorrectionsFact> {
  const { rows } = await db.query<CorrectionsFact>({
    name: 'alert-facts-corrections',
    text: `SELECT count(*)::int AS waiting, ${ms('min(created_at)')} AS "oldestAt"
             FROM (SELECT created_at FROM correction WHERE published_seq IS NULL ORDER BY id LIMIT 10000) c`,
  })
  return rows[0] ?? { waiting: 0, oldestAt: null }
}

/** By address, and by principal where one came from several addresses. */
export async function selectAccess(
  db: Queryable,
  { from, minutes }: { from: number; minutes: number },
): Promise<AccessFact[]> {
  const { rows } = await db.query<Omit<AccessFact, 'minutes'>>({
    name: 'alert-facts-access',
    text: `WITH lately AS (SELECT * FROM access_event WHERE at > to_timestamp($1::float8 / 1000) ORDER BY id DESC LIMIT 20000)
           SELECT address AS who, count(*)::int AS count, (array_agg(DISTINCT kind))[1:5] AS kinds, ${ms('max(at)')} AS "lastAt"
             FROM lately GROUP BY address
            UNION ALL
           SELECT principal, count(*)::int, (array_agg(DISTINCT kind))[1:5], ${ms('max(at)')}
             FROM lately WHERE principal IS NOT NULL GROUP BY principal HAVING count(DISTINCT address) > 1`,
    values: [from],
  })
  return rows.map((row) => ({ ...row, minutes }))
}

const steadyMinutes = 30

/** Pipelines that had events in at least half of the minutes of an hour, and in none since. */
export async function selectTraffic(db: Queryable, now: number): Promise<TrafficFact[]> {
  const { rows } = await db.query<TrafficFact>({
    name: 'alert-facts-traffic',
    text: `WITH last AS (
             SELECT pipeline, max(minute) AS minute FROM measurement_minute
              WHERE indicator = 'event_to_view' AND traffic = 'real' AND minute >= $1::bigint - 86400000 GROUP BY pipeline)
           SELECT l.pipeline, l.minute + 60000 AS "quietSince", count(DISTINCT m.minute)::int AS "busyMinutes"
             FROM last l JOIN measurement_minute m ON m.pipeline = l.pipeline AND m.indicator = 'event_to_view'
              AND m.traffic = 'real' AND m.minute > l.minute - 3600000
            WHERE l.minute < $1::bigint - 120000
            GROUP BY l.pipeline, l.minute HAVING count(DISTINCT m.minute) >= ${steadyMinutes}`,
    values: [now],
  })
  return rows
}

/** Of the last hour: who has had a probe come through, and when last. */
export async function selectProbes(db: Queryable, now: number): Promise<ProbeFact[]> {
  const { rows } = await db.query<ProbeFact>({
    name: 'alert-facts-probes',
    text: `SELECT pipeline, max(minute) + 60000 AS "lastAt" FROM measurement_minute
            WHERE traffic = 'probe' AND minute >= $1::bigint - 3600000
              AND indicator = CASE WHEN pipeline = '${probePipeline}' THEN 'event_to_view' ELSE 'freshness' END
            GROUP BY pipeline`,
    values: [now],
  })
  return rows
}

export async function selectChannelFacts(db: Queryable, now: number): Promise<ChannelFact[]> {
  const { rows } = await db.query<ChannelFact>({
    name: 'alert-facts-channels',
    text: `SELECT c.name, c.kind, count(n.id) FILTER (WHERE n.state = 'queued')::int AS waiting,
                  ${ms(`min(n.created_at) FILTER (WHERE n.state = 'queued' AND n.attempts > 0)`)} AS "oldestAt",
                  count(n.id) FILTER (WHERE n.state = 'failed' AND n.next_at > to_timestamp($1::float8 / 1000) - interval '10 minutes')::int AS "failedLately",
                  c.last_error AS "lastError"
             FROM channel c LEFT JOIN notification n ON n.channel_id = c.id AND n.kind NOT IN ('heartbeat', 'test')
              AND n.created_at > to_timestamp($1::float8 / 1000) - interval '2 days'
            WHERE c.removed_at IS NULL GROUP BY c.id ORDER BY c.id`,
    values: [now],
  })
  return rows
}

/** From the rows of living speed workers, and from pauses that were made for it; per pipeline the fullest window. */
export async function selectKeys(db: Queryable): Promise<KeysFact[]> {
  const { rows } = await db.query<KeysFact>({
    name: 'alert-facts-keys',
    text: `WITH w AS (
             SELECT f->>'pipeline' AS pipeline, (f->>'windowStart')::bigint AS start, (f->>'keys')::int AS keys,
                    (f->>'limit')::int AS "limit", false AS held
               FROM worker, jsonb_array_elements(coalesce(detail->'fullWindows', '[]'::jsonb)) f
              WHERE role = 'speed' AND at > clock_timestamp() - $1 * interval '1 millisecond'
              UNION ALL
             SELECT pipeline, (detail->>'windowStart')::bigint, (detail->>'keys')::int, (detail->>'limit')::int, true
               FROM layer_pause WHERE cause = 'keys' AND ended_at IS NULL)
           SELECT DISTINCT ON (pipeline) pipeline, start AS "windowStart", keys, "limit", held AS "isHeld" FROM w
            ORDER BY pipeline, held DESC, keys DESC LIMIT 1000`,
    values: [aliveMs],
  })
  return rows
}

/** Runbook by rule: the first by name that says it is for it. */
export async function selectRunbooks(db: Queryable): Promise<Map<string, string>> {
  const { rows } = await db.query<{ rule: string; name: string }>({
    name: 'alert-facts-runbooks',
    text: `SELECT rule, min(name) AS name FROM runbook, jsonb_array_elements_text(match->'rules') AS rule
            WHERE removed_at IS NULL AND jsonb_typeof(match->'rules') = 'array' GROUP BY rule`,
  })
  return new Map(rows.map(({ rule, name }) => [rule, name]))
}
