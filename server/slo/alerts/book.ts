import type { AlertView, Route, Severity } from '../model'
import type { Finding } from './finding'
import type { RuleTable } from './rules'
import type { SilenceRecord } from './silences'

/** Negative: made in this round, not stored yet. */
export type RecordId = number

/** As the evaluator keeps it. */
export interface AlertRecord extends AlertView {
  id: RecordId
  fingerprint: string
  incidentId: RecordId | null
}

/** An incident as the evaluator sees it; people change it beside. */
export interface IncidentRecord {
  id: RecordId
  cause: string
  severity: Severity
  state: 'open' | 'acknowledged' | 'resolved'
  title: string
  owner: string | null
  pipelines: string[]
  objectives: string[]
  runbook: string | null
  fromAt: number | null
  toAt: number | null
  openedAt: number
  openedBy: string
  acknowledgedAt: number | null
  acknowledgedBy: string | null
  resolvedAt: number | null
  resolvedBy: string | null
  snoozedUntil: number | null
  /** Steps of the route that were notified. */
  escalation: number
  /** When the next step, or the reminder, is due. */
  escalateAt: number | null
  /** 1, and one more each time it was opened again. */
  openings: number
  /** When it was last opened again; null: never. */
  reopenedAt: number | null
  /** What the receivers know it by. */
  dedupeKey: string | null
  /** Channels that were told of it, and what of this opening. */
  told: { channels: string[]; opened: boolean; acknowledged: boolean; resolved: boolean }
}

/** Alerts that are not resolved or were a moment ago, and incidents that are not or may still be opened again. */
export interface Book {
  alerts: AlertRecord[]
  /** What was resolved a moment ago still explains what lags behind it. */
  ended: AlertRecord[]
  incidents: IncidentRecord[]
}

/** What a round looks at. */
export interface Look {
  findings: readonly Finding[]
  blindRules: ReadonlySet<string>
  rules: RuleTable
  silences: readonly SilenceRecord[]
  routes: readonly Route[]
  /** Names of channels there are. */
  channels: readonly string[]
  /** Runbook by rule. */
  runbooks: ReadonlyMap<string, string>
}

/** So long a cause that has ended explains alerts that begin after it. */
export const endedMs = 10 * 60_000

/** Refiring within this opens the same incident again; one that was opened again closes after as much quiet. */
export const coolDownMs = 5 * 60_000

export type NewsKind = 'trigger' | 'escalate' | 'update' | 'acknowledge' | 'resolve'

/** What is to be told to channels about an incident. */
export interface News {
  incidentId: RecordId
  kind: NewsKind
  channels: string[]
  /** With kind and incident unique: the same news is not queued twice. */
  nth: string
  says: string
  /** The severity it had, when it has changed. */
  severityBefore: Severity | null
}

export interface IncidentEvent {
  incidentId: RecordId
  at: number
  kind: 'opened' | 'reopened' | 'severity' | 'effect' | 'escalated' | 'woke' | 'resolved'
  says: string
  detail: Record<string, unknown>
}

export interface Outcome {
  next: Book
  /** All that were looked at, resolved ones too. */
  incidents: IncidentRecord[]
  events: IncidentEvent[]
  news: News[]
  /** Alerts that were pending and went away without firing. */
  dropped: RecordId[]
}
