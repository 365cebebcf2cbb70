import type { Pool } from '../../clients'
import type { TimelineEntry, TimelineSource } from './model'

interface Scope {
  incidentId: number
  pipelines: readonly string[]
  /** Jobs, publications and changes from here … */
  from: number
  /** … to here; of the incident itself everything. */
  to: number
  limit: number
}

type Row = Omit<TimelineEntry, 'source'> & { source: TimelineSource }

const at = (column: string) => `(extract(epoch FROM ${column}) * 1000)::bigint AS at`
const inScope = (column: string) =>
  `${column} >= to_timestamp($3::float8 / 1000) AND ${column} <= to_timestamp($4::float8 / 1000)`

/** What each source adds: at, source, kind, actor, says, href. */
const parts = [
  `SELECT ${at('at')}, 'incident' AS source, kind, actor, says, NULL AS href FROM incident_event WHERE incident_id = $1`,
  `SELECT ${at('firing_since')}, 'alert', 'firing', 'alert', title || ': ' || says,
          NULL FROM alert WHERE incident_id = $1 AND firing_since IS NOT NULL`,
  `SELECT ${at('resolved_at')}, 'alert', 'resolved', 'alert', title || ' has ended',
          NULL FROM alert WHERE incident_id = $1 AND firing_since IS NOT NULL AND resolved_at IS NOT NULL`,
  `SELECT ${at('coalesce(n.sent_at, n.created_at)')}, 'notification', n.state,
          'alert', n.kind || ' to ' || coalesce(c.name, 'a removed channel') || CASE n.state WHEN 'sent' THEN ''
            WHEN 'failed' THEN ', refused: ' || coalesce(n.last_error, 'no reason given')
            ELSE ', not delivered yet' || coalesce(': ' || n.last_error, '') END, '/settings#notifications'
     FROM notification n LEFT JOIN channel c ON c.id = n.channel_id WHERE n.incident_id = $1`,
  `SELECT ${at('s.at')}, 'runbook', s.outcome, s.actor,
          r.runbook || ', ' || s.step || ': ' || s.outcome || coalesce('. ' || (s.evidence->>'says'), ''),
          '/runbooks/' || r.runbook || '?run=' || r.id
     FROM runbook_step_run s JOIN runbook_run r ON r.id = s.run_id WHERE r.incident_id = $1`,
  `SELECT ${at('started_at')}, 'runbook', 'started', started_by, 'began to carry out ' || runbook,
          '/runbooks/' || runbook || '?run=' || id FROM runbook_run WHERE incident_id = $1`,
  `SELECT ${at('finished_at')}, 'runbook', outcome, started_by, runbook || ' ended: ' || outcome,
          '/runbooks/' || runbook || '?run=' || id FROM runbook_run WHERE incident_id = $1 AND finished_at IS NOT NULL`,
  `SELECT ${at('created_at')}, 'job', 'asked', created_by, kind || ' of ' || pipeline || ' was asked for', '/jobs?job=' || id
     FROM job WHERE pipeline = ANY($2) AND kind NOT IN ('scheduled', 'vacuum', 'guard') AND ${inScope('created_at')}`,
  `SELECT ${at('finished_at')}, 'job', status, created_by,
          kind || ' of ' || pipeline || ' ' || status || coalesce(': ' || error, ''), '/jobs?job=' || id
     FROM job WHERE pipeline = ANY($2) AND ${inScope('finished_at')}
      AND (kind NOT IN ('scheduled', 'vacuum', 'guard') OR status IN ('failed', 'partial'))`,
  `SELECT ${at('p.at')}, 'publication', p.kind, p.actor,
          c.pipeline || ': publication ' || p.number || CASE p.kind WHEN 'rollback' THEN ', a rollback' ELSE '' END,
          '/pipelines/' || c.pipeline || '?tab=history'
     FROM publication p JOIN compute c ON c.id = p.compute_id WHERE c.pipeline = ANY($2) AND ${inScope('p.at')}
      AND (p.kind = 'rollback' OR EXISTS (SELECT 1 FROM job j WHERE j.id = p.job_id AND j.kind <> 'scheduled'))`,
  `SELECT ${at('created_at')}, 'change', 'definition', created_by,
          pipeline || ': definition ' || version || coalesce(', ' || reason, ''),
          '/pipelines/' || pipeline || '?tab=definition'
     FROM pipeline_version WHERE pipeline = ANY($2) AND ${inScope('created_at')}`,
  `SELECT ${at('at')}, 'audit', action, actor, action || ' ' || object || coalesce(': ' || (detail->>'reason'), ''),
          '/audit?entry=' || seq
     FROM audit_entry WHERE ${inScope('at')} AND (object = ANY($2) OR detail->>'pipeline' = ANY($2))
      AND action NOT IN ('plan.create', 'version.publish', 'pipeline.create', 'pipeline.change')`,
]

/** Everything that is known to have happened, oldest first; the oldest are left out where there is too much. */
export async function selectTimeline(pool: Pool, scope: Scope): Promise<TimelineEntry[]> {
  const { rows } = await pool.query<Row>(
    `SELECT at, source, kind, actor, says, href FROM (
       SELECT * FROM (${parts.map((part) => `(${part})`).join(' UNION ALL ')}) everything
        ORDER BY at DESC LIMIT $5) newest ORDER BY at, source`,
    [scope.incidentId, scope.pipelines, scope.from, scope.to, scope.limit],
  )
  return rows
}
