import type { Pool, PoolClient } from '../../clients'
import type { AlertView, Severity } from '../../slo'
import type { EarlierIncident, IncidentListItem, IncidentState, PostmortemText } from './model'

type Queryable = Pick<Pool | PoolClient, 'query'>

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

export interface StoredIncident extends IncidentListItem {
  postmortem: (PostmortemText & { editedAt: number; editedBy: string }) | null
}

const columns = `i.id, i.cause, i.severity, i.state, i.title, i.owner, coalesce(i.pipelines, '{}') AS pipelines,
  coalesce(i.objectives, '{}') AS objectives, i.runbook, ${ms('i.from_at', 'from')}, ${ms('i.to_at', 'to')},
  ${ms('i.opened_at', 'openedAt')}, i.opened_by AS "openedBy", ${ms('i.acknowledged_at', 'acknowledgedAt')},
  i.acknowledged_by AS "acknowledgedBy", ${ms('i.resolved_at', 'resolvedAt')}, i.resolved_by AS "resolvedBy",
  CASE WHEN i.snoozed_until > clock_timestamp() THEN ${ms('i.snoozed_until', 'x').replace(' AS "x"', '')} END
    AS "snoozedUntil",
  i.escalation, ${ms('i.escalate_at', 'escalateAt')}, a.firing, coalesce(a.says, e.says, '') AS says, i.postmortem`

const source = `incident i
  CROSS JOIN LATERAL (
    SELECT count(*) FILTER (WHERE state = 'firing') AS firing,
           (array_agg(says ORDER BY (state = 'firing') DESC, (cause = i.cause) DESC, severity, id))[1] AS says
      FROM alert WHERE incident_id = i.id) a
  LEFT JOIN LATERAL (
    SELECT says FROM incident_event WHERE incident_id = i.id AND actor <> 'alert' ORDER BY id LIMIT 1) e ON true`

export interface IncidentFilter {
  state?: 'live' | IncidentState | null | undefined
  pipeline?: string | null | undefined
  severity?: Severity | null | undefined
}

const where = `($1::text IS NULL OR i.state = $1 OR ($1 = 'live' AND i.state <> 'resolved'))
  AND ($2::text IS NULL OR $2 = ANY(i.pipelines)) AND ($3::text IS NULL OR i.severity = $3)`

/** Live ones first, pages before tickets, then newest. A page of older ones follows by id. */
export async function selectIncidents(
  db: Queryable,
  { state = null, pipeline = null, severity = null }: IncidentFilter,
  { before, limit }: { before: number | null; limit: number },
): Promise<StoredIncident[]> {
  const { rows } = await db.query<StoredIncident>(
    `SELECT ${columns} FROM ${source} WHERE ${where} AND ($4::int IS NULL OR i.id < $4)
      ORDER BY i.id DESC LIMIT $5`,
    [state, pipeline, severity, before, limit],
  )
  return rows
}

export async function countLive(db: Queryable): Promise<number> {
  const { rows } = await db.query<{ live: number }>(
    `SELECT count(*) AS live FROM incident WHERE state <> 'resolved'`,
  )
  return rows[0]?.live ?? 0
}

export async function findIncident(db: Queryable, id: number): Promise<StoredIncident | null> {
  const { rows } = await db.query<StoredIncident>(`SELECT ${columns} FROM ${source} WHERE i.id = $1`, [id])
  return rows[0] ?? null
}

/** Locked until the transaction ends: the evaluation of alerts waits, and does not write over what people did. */
export async function lockIncident(client: PoolClient, id: number): Promise<StoredIncident | null> {
  await client.query('SELECT 1 FROM incident WHERE id = $1 FOR UPDATE', [id])
  return findIncident(client, id)
}

const alertsLimit = 200

export async function selectAlerts(db: Queryable, incidentId: number): Promise<AlertView[]> {
  const { rows } = await db.query<AlertView>(
    `SELECT id, rule, severity, state, cause, pipeline, objective_id AS "objectiveId", owner, title, says, evidence,
            runbook, muted_by AS "mutedBy", ${ms('muted_until', 'mutedUntil')}, ${ms('pending_since', 'pendingSince')},
            ${ms('firing_since', 'firingSince')}, ${ms('last_seen_at', 'lastSeenAt')},
            ${ms('resolved_at', 'resolvedAt')}, incident_id AS "incidentId"
       FROM alert WHERE incident_id = $1 ORDER BY (state = 'firing') DESC, pending_since, id LIMIT ${alertsLimit}`,
    [incidentId],
  )
  return rows
}

export interface IncidentChange {
  state?: IncidentState
  acknowledgedBy?: string | null
  resolvedBy?: string
  /** Epoch ms. */
  snoozedUntil?: number | null
  /** Epoch ms; null: nobody is told next. */
  escalateAt?: number | null
  postmortem?: PostmortemText & { editedAt: number; editedBy: string }
}

/** Only what is given changes; instants of people's acts are the database's. */
export async function updateIncident(client: PoolClient, id: number, change: IncidentChange): Promise<void> {
  const sets: string[] = []
  const values: unknown[] = [id]
  const given = (value: unknown) => `$${values.push(value)}`
  const instant = (value: number | null) => `to_timestamp(${given(value)}::float8 / 1000)`
  if (change.state !== undefined) sets.push(`state = ${given(change.state)}`)
  if (change.acknowledgedBy !== undefined) {
    sets.push(`acknowledged_by = ${given(change.acknowledgedBy)}`)
    sets.push(`acknowledged_at = ${change.acknowledgedBy === null ? 'NULL' : 'clock_timestamp()'}`)
  }
  if (change.resolvedBy !== undefined)
    sets.push(
      `resolved_by = ${given(change.resolvedBy)}`,
      'resolved_at = clock_timestamp()',
      'to_at = clock_timestamp()',
    )
  if (change.snoozedUntil !== undefined) sets.push(`snoozed_until = ${instant(change.snoozedUntil)}`)
  if (change.escalateAt !== undefined) sets.push(`escalate_at = ${instant(change.escalateAt)}`)
  if (change.postmortem !== undefined) sets.push(`postmortem = ${given(JSON.stringify(change.postmortem))}`)
  if (sets.length === 0) return
  await client.query(`UPDATE incident SET ${sets.join(', ')} WHERE id = $1`, values)
}

export async function insertIncident(
  client: PoolClient,
  incident: Pick<
    StoredIncident,
    'cause' | 'severity' | 'title' | 'pipelines' | 'runbook' | 'from' | 'to' | 'openedBy' | 'owner'
  >,
): Promise<number> {
  const { rows } = await client.query<{ id: number }>(
    `INSERT INTO incident (cause, severity, state, title, owner, pipelines, objectives, runbook, from_at, to_at, opened_at,
                           opened_by)
     VALUES ($1, $2, 'open', $3, $4, $5, '{}', $6, to_timestamp($7::float8 / 1000), to_timestamp($8::float8 / 1000),
             clock_timestamp(), $9) RETURNING id`,
    [
      incident.cause,
      incident.severity,
      incident.title,
      incident.owner,
      incident.pipelines,
      incident.runbook,
      incident.from,
      incident.to,
      incident.openedBy,
    ],
  )
  const id = rows[0]?.id
  if (id === undefined) throw new Error('INSERT … RETURNING gave no row')
  return id
}

export async function insertEvent(
  client: PoolClient,
  event: {
    incidentId: number
    kind: string
    actor: string
    says: string
    detail?: Record<string, unknown>
  },
): Promise<void> {
  await client.query(
    `INSERT INTO incident_event (incident_id, at, kind, actor, says, detail)
     VALUES ($1, clock_timestamp(), $2, $3, $4, $5)`,
    [event.incidentId, event.kind, event.actor, event.says, JSON.stringify(event.detail ?? {})],
  )
}

export interface EarlierRow extends Omit<EarlierIncident, 'runbook'> {
  runbook: string | null
  outcome: string | null
}

/** Of the same cause, newest first. */
export async function selectEarlier(
  db: Queryable,
  { id, cause }: { id: number; cause: string },
): Promise<EarlierRow[]> {
  const { rows } = await db.query<EarlierRow>(
    `SELECT i.id, i.title, ${ms('i.opened_at', 'openedAt')}, ${ms('i.resolved_at', 'resolvedAt')},
            i.resolved_by AS "resolvedBy", nullif(i.postmortem->>'rootCause', '') AS "rootCause", r.runbook, r.outcome
       FROM incident i LEFT JOIN LATERAL (
         SELECT runbook, outcome FROM runbook_run WHERE incident_id = i.id AND outcome IS NOT NULL
          ORDER BY (outcome = 'solved') DESC, finished_at DESC LIMIT 1) r ON true
      WHERE i.cause = $2 AND i.id < $1 ORDER BY i.id DESC LIMIT 5`,
    [id, cause],
  )
  return rows
}
