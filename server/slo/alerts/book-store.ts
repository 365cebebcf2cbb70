import type { Pool, PoolClient } from '../../clients'
import {
  coolDownMs,
  endedMs,
  type AlertRecord,
  type Book,
  type IncidentEvent,
  type IncidentRecord,
} from './book'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`
const instant = (field: string) => `to_timestamp((r->>'${field}')::float8 / 1000)`
const tellingMs = 24 * 3_600_000

export const alertColumns = `id, fingerprint, rule, severity, state, cause, pipeline, objective_id AS "objectiveId", owner,
  title, says, evidence, runbook, muted_by AS "mutedBy", ${ms('muted_until', 'mutedUntil')},
  ${ms('pending_since', 'pendingSince')}, ${ms('firing_since', 'firingSince')}, ${ms('last_seen_at', 'lastSeenAt')},
  ${ms('resolved_at', 'resolvedAt')}, incident_id AS "incidentId"`

/** One round at a time reads and writes the book, also while a successor already has the evaluator's lock. */
export async function lockBook(client: PoolClient): Promise<void> {
  await client.query(`SELECT pg_advisory_xact_lock(hashtextextended('parallax alert book', 0))`)
}

/** Incidents stay locked until the transaction ends: what people change meanwhile waits, and is not overwritten. */
export async function readBook(client: PoolClient, now: number): Promise<Book> {
  const { rows: alerts } = await client.query<AlertRecord>({
    name: 'alert-book',
    text: `SELECT ${alertColumns} FROM alert WHERE resolved_at IS NULL ORDER BY id`,
  })
  const { rows: ended } = await client.query<AlertRecord>({
    name: 'alert-book-ended',
    text: `SELECT ${alertColumns} FROM alert
            WHERE resolved_at > to_timestamp($1::float8 / 1000) AND firing_since IS NOT NULL ORDER BY id DESC LIMIT 500`,
    values: [now - endedMs],
  })
  await client.query({
    name: 'alert-book-lock-incidents',
    text: `SELECT FROM incident WHERE state <> 'resolved' OR resolved_at > to_timestamp($1::float8 / 1000) ORDER BY id FOR UPDATE`,
    values: [now - tellingMs],
  })
  const { rows: incidents } = await client.query<IncidentRecord>({
    name: 'alert-book-incidents',
    text: `SELECT i.id, i.cause, i.severity, i.state, i.title, i.owner, coalesce(i.pipelines, '{}') AS pipelines,
                  coalesce(i.objectives, '{}') AS objectives, i.runbook, ${ms('i.from_at', 'fromAt')}, ${ms('i.to_at', 'toAt')},
                  ${ms('i.opened_at', 'openedAt')}, i.opened_by AS "openedBy",
                  ${ms('i.acknowledged_at', 'acknowledgedAt')}, i.acknowledged_by AS "acknowledgedBy",
                  ${ms('i.resolved_at', 'resolvedAt')}, i.resolved_by AS "resolvedBy",
                  ${ms('i.snoozed_until', 'snoozedUntil')}, i.escalation, ${ms('i.escalate_at', 'escalateAt')},
                  o.openings::int AS openings, ${ms('o.reopened_at', 'reopenedAt')}, t.key AS "dedupeKey",
                  jsonb_build_object('channels', to_jsonb(coalesce(t.channels, '{}')), 'opened', coalesce(t.opened, false),
                    'acknowledged', coalesce(t.acknowledged, false), 'resolved', coalesce(t.resolved, false)) AS told
             FROM incident i
            CROSS JOIN LATERAL (SELECT 1 + count(*) AS openings, max(at) AS reopened_at FROM incident_event e
                                 WHERE e.incident_id = i.id AND e.kind = 'reopened') o
            CROSS JOIN LATERAL (
              SELECT min(n.dedupe_key) AS key,
                     array_agg(DISTINCT c.name) FILTER (WHERE c.name IS NOT NULL) AS channels,
                     bool_or(n.kind = 'trigger' AND split_part(n.unique_key, ':', 4) = o.openings::text) AS opened,
                     bool_or(n.kind = 'acknowledge' AND i.acknowledged_at IS NOT NULL
                             AND split_part(n.unique_key, ':', 4) = o.openings || '.' || (extract(epoch FROM i.acknowledged_at) * 1000)::bigint) AS acknowledged,
                     bool_or(n.kind = 'resolve' AND split_part(n.unique_key, ':', 4) = o.openings::text) AS resolved
                FROM notification n LEFT JOIN channel c ON c.id = n.channel_id AND c.removed_at IS NULL
               WHERE n.incident_id = i.id AND n.kind NOT IN ('test', 'heartbeat')) t
            WHERE i.state <> 'resolved' OR i.resolved_at > to_timestamp($1::float8 / 1000)
               OR (i.resolved_at > to_timestamp($2::float8 / 1000) AND t.opened AND NOT t.resolved)
            ORDER BY i.id`,
    values: [now - coolDownMs, now - tellingMs],
  })
  return { alerts, ended, incidents }
}

/** Ids for rows to be inserted, so that they can name each other. */
export async function reserveIds(
  client: PoolClient,
  table: 'alert' | 'incident',
  wanted: number,
): Promise<number[]> {
  if (wanted === 0) return []
  const { rows } = await client.query<{ id: number }>(
    `SELECT nextval(pg_get_serial_sequence('${table}', 'id'))::bigint AS id FROM generate_series(1, $1)`,
    [wanted],
  )
  return rows.map(({ id }) => id)
}

/** Live incidents by cause, and unresolved alerts by fingerprint: what a new row would stand beside. */
export async function readTaken(
  client: PoolClient,
  wanted: { causes: readonly string[]; fingerprints: readonly string[] },
): Promise<{ incidents: Map<string, number>; alerts: Map<string, number> }> {
  const { rows: incidents } = await client.query<{ cause: string; id: number }>(
    `SELECT cause, max(id) AS id FROM incident WHERE state <> 'resolved' AND cause = ANY($1) GROUP BY cause`,
    [wanted.causes],
  )
  const { rows: alerts } = await client.query<{ fingerprint: string; id: number }>(
    `SELECT fingerprint, max(id) AS id FROM alert WHERE resolved_at IS NULL AND fingerprint = ANY($1) GROUP BY fingerprint`,
    [wanted.fingerprints],
  )
  return {
    incidents: new Map(incidents.map(({ cause, id }) => [cause, id])),
    alerts: new Map(alerts.map(({ fingerprint, id }) => [fingerprint, id])),
  }
}

export async function writeAlerts(client: PoolClient, alerts: readonly AlertRecord[]): Promise<void> {
  if (alerts.length === 0) return
  await client.query({
    name: 'alert-write',
    text: `INSERT INTO alert (id, fingerprint, rule, severity, state, cause, pipeline, objective_id, owner, title, says,
                  evidence, runbook, muted_by, muted_until, pending_since, firing_since, last_seen_at, resolved_at, incident_id)
           SELECT (r->>'id')::bigint, r->>'fingerprint', r->>'rule', r->>'severity', r->>'state', r->>'cause', r->>'pipeline',
                  r->>'objectiveId', r->>'owner', r->>'title', r->>'says', r->'evidence', r->>'runbook',
                  nullif(r->'mutedBy', 'null'), ${instant('mutedUntil')}, ${instant('pendingSince')}, ${instant('firingSince')},
                  ${instant('lastSeenAt')}, ${instant('resolvedAt')}, (r->>'incidentId')::int
             FROM jsonb_array_elements($1::jsonb) r
           ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, state = excluded.state, pipeline = excluded.pipeline,
                  owner = excluded.owner, title = excluded.title, says = excluded.says, evidence = excluded.evidence,
                  runbook = excluded.runbook, muted_by = excluded.muted_by, muted_until = excluded.muted_until,
                  firing_since = excluded.firing_since, last_seen_at = excluded.last_seen_at,
                  resolved_at = excluded.resolved_at, incident_id = excluded.incident_id`,
    values: [JSON.stringify(alerts)],
  })
}

export async function dropAlerts(client: PoolClient, ids: readonly number[]): Promise<void> {
  if (ids.length > 0) await client.query('DELETE FROM alert WHERE id = ANY($1::bigint[])', [ids])
}

export async function writeIncidents(
  client: PoolClient,
  incidents: readonly IncidentRecord[],
): Promise<void> {
  if (incidents.length === 0) return
  await client.query({
    name: 'incident-write',
    text: `INSERT INTO incident (id, cause, severity, state, title, owner, pipelines, objectives, runbook, from_at, to_at,
                  opened_at, opened_by, acknowledged_at, acknowledged_by, resolved_at, resolved_by, snoozed_until,
                  escalation, escalate_at)
           SELECT (r->>'id')::int, r->>'cause', r->>'severity', r->>'state', r->>'title', r->>'owner',
                  ARRAY(SELECT jsonb_array_elements_text(r->'pipelines')), ARRAY(SELECT jsonb_array_elements_text(r->'objectives')),
                  r->>'runbook', ${instant('fromAt')}, ${instant('toAt')}, ${instant('openedAt')}, r->>'openedBy',
                  ${instant('acknowledgedAt')}, r->>'acknowledgedBy', ${instant('resolvedAt')}, r->>'resolvedBy',
                  ${instant('snoozedUntil')}, (r->>'escalation')::int, ${instant('escalateAt')}
             FROM jsonb_array_elements($1::jsonb) r
           ON CONFLICT (id) DO UPDATE SET severity = excluded.severity, state = excluded.state, title = excluded.title,
                  owner = excluded.owner, pipelines = excluded.pipelines, objectives = excluded.objectives,
                  runbook = excluded.runbook, from_at = excluded.from_at, to_at = excluded.to_at,
                  acknowledged_at = excluded.acknowledged_at, acknowledged_by = excluded.acknowledged_by,
                  resolved_at = excluded.resolved_at, resolved_by = excluded.resolved_by,
                  snoozed_until = excluded.snoozed_until, escalation = excluded.escalation,
                  escalate_at = excluded.escalate_at`,
    values: [JSON.stringify(incidents)],
  })
}

export async function writeEvents(
  client: PoolClient,
  events: readonly IncidentEvent[],
  actor: string,
): Promise<void> {
  if (events.length === 0) return
  await client.query(
    `INSERT INTO incident_event (incident_id, at, kind, actor, says, detail)
     SELECT (r->>'incidentId')::int, ${instant('at')}, r->>'kind', $2, r->>'says', r->'detail'
       FROM jsonb_array_elements($1::jsonb) WITH ORDINALITY AS e(r, place) ORDER BY place`,
    [JSON.stringify(events), actor],
  )
}

const alertsKeptDays = 90

/** Resolved alerts past their time; those of incidents stay with them a year. */
export async function forgetAlerts(db: Queryable): Promise<void> {
  await db.query(
    `DELETE FROM alert WHERE resolved_at < now() - CASE WHEN incident_id IS NULL THEN interval '${alertsKeptDays} days' ELSE interval '400 days' END`,
  )
}
