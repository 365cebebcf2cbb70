import type { Pool } from '../../clients'
import { aliveMs } from '../status-store'
import type { CandidateFact } from './candidates'

interface Scope {
  incidentId: number
  pipelines: readonly string[]
  /** Event types and schema subjects they read. */
  subjects: readonly string[]
  from: number
  /** When the incident was over, or now. */
  to: number
}

const at = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS at`
const within = (column: string) =>
  `${column} >= to_timestamp($4::float8 / 1000) AND ${column} <= to_timestamp($5::float8 / 1000)`

/** Facts by kind: kind, at, until (null: goes on or is an instant), pipeline, title, says, href, amount. */
const parts = [
  `SELECT 'definition' AS kind, ${at('created_at')}, NULL::bigint AS until, pipeline,
          'Definition ' || version || ' of ' || pipeline AS title,
          'put in force by ' || created_by || coalesce(': ' || reason, '') AS says,
          '/pipelines/' || pipeline || '?tab=definition' AS href, 1 AS amount
     FROM pipeline_version WHERE pipeline = ANY($2) AND version > 1 AND ${within('created_at')}`,
  `SELECT 'schema', ${at('created_at')}, NULL, NULL, 'Schema ' || subject || ', version ' || version,
          'registered', NULL, 1
     FROM schema_version WHERE subject = ANY($3) AND version > 1 AND ${within('created_at')}`,
  `SELECT 'publication', ${at('p.at')}, NULL, c.pipeline,
          CASE p.kind WHEN 'rollback' THEN 'Rollback' ELSE 'Publication' END || ' ' || p.number || ' of ' || c.pipeline,
          'by ' || p.actor || coalesce(': ' || p.reason, ''), '/pipelines/' || c.pipeline || '?tab=history', 1
     FROM publication p JOIN compute c ON c.id = p.compute_id WHERE c.pipeline = ANY($2) AND ${within('p.at')}
      AND (p.kind = 'rollback' OR EXISTS (SELECT 1 FROM job j WHERE j.id = p.job_id AND j.kind <> 'scheduled'))`,
  `SELECT 'worker', ${at('started_at')}, NULL, NULL, 'A worker of role ' || role || ' started',
          'on ' || host || ', process ' || pid, '/debug', 1 FROM worker WHERE ${within('started_at')}`,
  `SELECT 'worker', ${at('at')}, NULL, NULL, 'A worker of role ' || role || ' fell silent',
          'on ' || host || ', process ' || pid || ': no heartbeat since', '/debug', 3 FROM worker
    WHERE ${within('at')} AND at < least(to_timestamp($5::float8 / 1000), clock_timestamp()) - ${aliveMs} * interval '1 millisecond'`,
  `SELECT 'paused', ${at('created_at')}, (extract(epoch FROM coalesce(ended_at, until_at)) * 1000)::bigint, pipeline,
          'The ' || layer || ' layer of ' || pipeline || ' was paused', 'by ' || actor || ': ' || reason,
          '/pipelines/' || pipeline, 1
     FROM layer_pause WHERE pipeline = ANY($2) AND created_at <= to_timestamp($5::float8 / 1000)
      AND coalesce(ended_at, until_at, 'infinity') >= to_timestamp($4::float8 / 1000)`,
  `SELECT 'quarantine', ${at('created_at')}, (extract(epoch FROM redriven_at) * 1000)::bigint, NULL,
          'Producer ' || source || ' is kept aside', 'by ' || actor || ': ' || reason || ' (' || events || ' events kept)', NULL, 1
     FROM quarantine WHERE type = ANY($3) AND created_at <= to_timestamp($5::float8 / 1000)
      AND coalesce(redriven_at, 'infinity') >= to_timestamp($4::float8 / 1000)`,
  `SELECT 'dead letters', ${at('min(at)')}, NULL, NULL, count(*) || ' events could not be taken in (' || code || ')',
          'from ' || coalesce(source, 'an unknown producer') || ': ' || left(min(reason), 200), '/debug', count(*)
     FROM dead_letter WHERE (type = ANY($3) OR type IS NULL) AND ${within('at')} GROUP BY code, source`,
  `SELECT 'backfill', ${at('coalesce(started_at, created_at)')}, (extract(epoch FROM finished_at) * 1000)::bigint, pipeline,
          'A ' || kind || ' of ' || pipeline || ' was running',
          'asked for by ' || created_by || ', ' || pg_size_pretty(bytes) || ' read', '/jobs?job=' || id, 1
     FROM job WHERE kind IN ('backfill', 'reconcile', 'preview') AND started_at <= to_timestamp($5::float8 / 1000)
      AND coalesce(finished_at, 'infinity') >= to_timestamp($4::float8 / 1000)`,
  `SELECT 'failed job', ${at('finished_at')}, NULL, pipeline, 'A ' || kind || ' run of ' || pipeline || ' failed',
          coalesce(left(error, 300), 'no reason was kept'), '/jobs?job=' || id, 1
     FROM job WHERE pipeline = ANY($2) AND status IN ('failed', 'partial') AND ${within('finished_at')}`,
  `SELECT 'dependency', ${at('pending_since')}, (extract(epoch FROM resolved_at) * 1000)::bigint, NULL, title, says,
          CASE WHEN incident_id IS NULL THEN NULL ELSE '/incidents/' || incident_id END, 1
     FROM alert WHERE (cause IN ('store', 'log', 'archive') OR cause LIKE 'workers:%') AND firing_since IS NOT NULL
      AND incident_id IS DISTINCT FROM $1 AND pending_since <= to_timestamp($5::float8 / 1000)
      AND coalesce(resolved_at, 'infinity') >= to_timestamp($4::float8 / 1000)`,
]

/** By kind the newest ones: many of a kind say no more than a few. */
const perKind = 10

export async function selectCandidateFacts(pool: Pool, scope: Scope): Promise<CandidateFact[]> {
  const { rows } = await pool.query<CandidateFact>(
    `SELECT kind, at, until, pipeline, title, says, href, amount FROM (
       SELECT *, row_number() OVER (PARTITION BY kind ORDER BY at DESC) AS place
         FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) facts) numbered
      WHERE place <= ${perKind}`,
    [scope.incidentId, scope.pipelines, scope.subjects, scope.from, scope.to],
  )
  return rows
}
