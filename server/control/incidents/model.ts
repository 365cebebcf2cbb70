import type { AlertView, ObjectiveStatus, Severity } from '../../slo'
import type { RunSummary } from '../runbooks/model'

/** What the screens and the REST face show of an incident. Instants are epoch ms. */
export type IncidentState = 'open' | 'acknowledged' | 'resolved'

export interface IncidentListItem {
  id: number
  cause: string
  severity: Severity
  state: IncidentState
  title: string
  owner: string | null
  pipelines: string[]
  objectives: string[]
  runbook: string | null
  /** Event time affected; null: not known. */
  from: number | null
  to: number | null
  openedAt: number
  /** `alert`, or the person who started it by hand. */
  openedBy: string
  acknowledgedAt: number | null
  acknowledgedBy: string | null
  resolvedAt: number | null
  resolvedBy: string | null
  /** It is acknowledged until then, and escalates again afterwards. */
  snoozedUntil: number | null
  /** Steps of the route that were notified. */
  escalation: number
  /** When the next one is; null: none is left, or somebody has acknowledged. */
  escalateAt: number | null
  /** Alerts of it that fire now. */
  firing: number
  /** What the worst alert says, or the first note of one started by hand. */
  says: string
}

export interface IncidentPage {
  incidents: IncidentListItem[]
  /** Pass as `before` to go on; null: that was all. */
  nextBefore: number | null
  /** Not resolved, in all. */
  open: number
}

export type TimelineSource =
  'incident' | 'alert' | 'notification' | 'runbook' | 'job' | 'publication' | 'change' | 'audit'

export interface TimelineEntry {
  at: number
  source: TimelineSource
  /** What of its source it is: `acknowledge`, `firing`, `failed`, `plan.apply` … */
  kind: string
  actor: string
  says: string
  /** Where more of it is shown. */
  href: string | null
}

export type CandidateKind =
  | 'dependency'
  | 'worker'
  | 'paused'
  | 'definition'
  | 'schema'
  | 'publication'
  | 'quarantine'
  | 'dead letters'
  | 'backfill'
  | 'failed job'

/** What may have caused it: a fact with its instant, and how well it fits. */
export interface Candidate {
  kind: CandidateKind
  title: string
  /** The evidence, in a sentence. */
  says: string
  at: number
  pipeline: string | null
  /** 0 to 1, for the order alone: how often such a fact explains such an incident, less the further it lies back. */
  weight: number
  fit: 'strong' | 'possible' | 'weak'
  href: string | null
}

export interface AffectedObjective {
  id: string
  title: string
  pipeline: string | null
  target: number
  /** Null before the first evaluation. */
  status: ObjectiveStatus | null
  budgetLeft: number | null
  /** Since the incident opened, as known then. */
  bad: number
  total: number
  /** Share of the whole budget that `bad` is; null: the budget is not known. */
  budgetUsed: number | null
}

/** Did this happen before, how long did it take, who ended it and how. */
export interface EarlierIncident {
  id: number
  title: string
  openedAt: number
  resolvedAt: number | null
  resolvedBy: string | null
  /** The root cause its postmortem names. */
  rootCause: string | null
  runbook: { name: string; outcome: string } | null
}

/** The guide's review list, as people filled it in. Empty: left to what the data says. */
export interface PostmortemText {
  summary: string
  layer: string
  impact: string
  rootCauseKind: '' | 'code' | 'infra' | 'data' | 'process'
  rootCause: string
  remediation: string
  actions: string
  lessons: string
}

export interface PostmortemFacts {
  layer: { name: 'speed' | 'batch' | 'serving' | 'log' | 'none'; why: string }
  /** The first sign: when the first alert was pending. */
  firstSignAt: number
  detectedAt: number | null
  timeToDetectMs: number | null
  timeToAcknowledgeMs: number | null
  /** When batch had recounted and published all windows affected; null: not yet, or none are. */
  reconciledAt: number | null
  timeToReconcileMs: number | null
  timeToResolveMs: number | null
  says: { reconcile: string }
}

export interface Postmortem {
  facts: PostmortemFacts
  text: PostmortemText
  editedAt: number | null
  editedBy: string | null
}

export interface IncidentDetail extends IncidentListItem {
  at: number
  alerts: AlertView[]
  timeline: TimelineEntry[]
  /** More happened than is listed. */
  isTimelineCut: boolean
  candidates: Candidate[]
  affected: AffectedObjective[]
  /** Runbooks for its rules, the one attached first, then by how often they solved it. */
  runbooks: { name: string; title: string; version: number; finished: number; solved: number }[]
  /** What runbook steps are filled in with. */
  variables: Record<string, string>
  runs: RunSummary[]
  earlier: EarlierIncident[]
  postmortem: Postmortem
}
