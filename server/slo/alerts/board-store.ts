import type { Pool, PoolClient } from '../../clients'
import type { AlertView } from '../model'
import type { AlertRecord, IncidentRecord } from './book'
import { alertColumns } from './book-store'

const ms = (column: string, name: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS "${name}"`
const resolvedShown = 50
const liveLimit = 2_000

type Shown = Omit<IncidentRecord, 'openings' | 'reopenedAt' | 'dedupeKey' | 'told'>

/** What the board is composed of; how often an incident was told is no matter there. */
export async function boardRows(
  client: PoolClient,
): Promise<{ alerts: AlertRecord[]; resolved: AlertRecord[]; incidents: IncidentRecord[] }> {
  const { rows: alerts } = await client.query<AlertRecord>({
    name: 'board-alerts',
    text: `SELECT ${alertColumns} FROM alert WHERE resolved_at IS NULL ORDER BY id LIMIT ${liveLimit}`,
  })
  const { rows: resolved } = await client.query<AlertRecord>({
    name: 'board-resolved',
    text: `SELECT ${alertColumns} FROM alert WHERE resolved_at IS NOT NULL AND firing_since IS NOT NULL
            ORDER BY resolved_at DESC, id DESC LIMIT ${resolvedShown}`,
  })
  const { rows: incidents } = await client.query<Shown>({
    name: 'board-incidents',
    text: `SELECT id, cause, severity, state, title, owner, coalesce(pipelines, '{}') AS pipelines,
                  coalesce(objectives, '{}') AS objectives, runbook, ${ms('from_at', 'fromAt')}, ${ms('to_at', 'toAt')},
                  ${ms('opened_at', 'openedAt')}, opened_by AS "openedBy", ${ms('acknowledged_at', 'acknowledgedAt')},
                  acknowledged_by AS "acknowledgedBy", ${ms('resolved_at', 'resolvedAt')}, resolved_by AS "resolvedBy",
                  ${ms('snoozed_until', 'snoozedUntil')}, escalation, ${ms('escalate_at', 'escalateAt')}
             FROM incident WHERE state <> 'resolved' ORDER BY id DESC LIMIT ${liveLimit}`,
  })
  const untold = {
    openings: 1,
    reopenedAt: null,
    dedupeKey: null,
    told: { channels: [], opened: false, acknowledged: false, resolved: false },
  }
  return { alerts, resolved, incidents: incidents.map((one) => ({ ...one, ...untold })) }
}

/** Pending and firing, muted ones too. */
export async function selectLiveAlerts(db: Pick<Pool | PoolClient, 'query'>): Promise<AlertView[]> {
  const { rows } = await db.query<AlertView>({
    name: 'board-live-alerts',
    text: `SELECT ${alertColumns} FROM alert WHERE resolved_at IS NULL ORDER BY id LIMIT ${liveLimit}`,
  })
  return rows
}
