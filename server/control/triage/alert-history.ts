import type { Pool } from '../../clients'
import type { AlertView, Severity } from '../../slo'

export interface AlertHistoryQuery {
  /** Alerts with a lower id; null: from the newest. */
  before: number | null
  limit: number
  rule: string | null
  pipeline: string | null
  severity: Severity | null
}

export interface AlertHistory {
  alerts: AlertView[]
  /** Pass as `cursor` to read on; null: there are no older ones. */
  nextCursor: number | null
}

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`

/** Alerts that fired and are over, newest first. */
export async function readAlertHistory(pool: Pool, query: AlertHistoryQuery): Promise<AlertHistory> {
  const { before, limit, rule, pipeline, severity } = query
  const { rows } = await pool.query<AlertView>({
    name: 'triage-alert-history',
    text: `SELECT id, rule, severity, state, cause, pipeline, objective_id AS "objectiveId", owner, title, says, evidence,
                  runbook, muted_by AS "mutedBy", ${ms('muted_until', 'mutedUntil')},
                  ${ms('pending_since', 'pendingSince')}, ${ms('firing_since', 'firingSince')},
                  ${ms('last_seen_at', 'lastSeenAt')}, ${ms('resolved_at', 'resolvedAt')}, incident_id AS "incidentId"
             FROM alert
            WHERE resolved_at IS NOT NULL AND firing_since IS NOT NULL
              AND ($1::bigint IS NULL OR id < $1) AND ($2::text IS NULL OR rule = $2)
              AND ($3::text IS NULL OR pipeline = $3) AND ($4::text IS NULL OR severity = $4)
            ORDER BY id DESC LIMIT $5`,
    values: [before, rule, pipeline, severity, limit + 1],
  })
  const alerts = rows.slice(0, limit)
  return { alerts, nextCursor: rows.length > limit ? (alerts.at(-1)?.id ?? null) : null }
}
