/** What the screens and the REST face show of indicators, objectives and alerts. Instants are epoch ms. */

/**
 * M1 to M11 of the guide; burn rate (M12) follows from any of them. A value is bad beyond the objective's threshold.
 *
 * | indicator | one value is | threshold |
 * |---|---|---|
 * | `latency` (M1) | a read at the API, ms | ms |
 * | `event_to_view` (M2) | an event: from the log's timestamp to the commit of its cell, ms | ms |
 * | `batch` (M3) | a scheduled run that ended: seconds over its deadline's seconds | 1 |
 * | `reconciliation` (M4) | a run that published: seconds from finish to publish over seconds of its run | ratio |
 * | `freshness` (M5) | a read: ms since the oldest event that its answer does not hold yet was logged | ms |
 * | `correctness` (M6) | a served cell that batch compared: relative difference | share |
 * | `backlog` (M7) | a look at the log, every few seconds: events waiting | events |
 * | `duplicates` (M8) | an event; bad: it was a duplicate | none (0) |
 * | `reruns` (M9) | an attempt to run a job; bad: it failed | none (0) |
 * | `cost` (M10) | not a share: cost per TB processed, see control/cost | – |
 * | `jobs` (M11) | a job that ended, cancelled ones aside; bad: failed or partial | none (0) |
 */
export const indicators = [
  'latency',
  'event_to_view',
  'batch',
  'reconciliation',
  'freshness',
  'correctness',
  'backlog',
  'duplicates',
  'reruns',
  'jobs',
] as const
export type Indicator = (typeof indicators)[number]

/** `probe`: Parallax's own synthetic reads and events, never mixed into what people did. */
export type Traffic = 'real' | 'probe'

/** What an objective counts: the good share of an indicator at a threshold. */
export interface Sli {
  pipeline: string
  indicator: Indicator
  /** In the indicator's unit; 0 for those without. */
  threshold: number
}

export interface GoodTotal {
  good: number
  total: number
}

export type ObjectiveWindow =
  | { kind: 'rolling'; days: number }
  | {
      kind: 'calendar'
      unit: 'day' | 'week' | 'month' | 'quarter'
      count: number
      start: string
      zone: string
    }

export type Budgeting =
  | { method: 'occurrences' }
  /** A minute (or several) is good when its own share reaches `target`. */
  | { method: 'timeslices'; minutes: number; target: number }
  /** The mean of the slices' shares: a flood of requests in few minutes counts as those minutes. */
  | { method: 'ratio_timeslices'; minutes: number }

export interface ObjectiveSpec {
  /** `<pipeline>.<name>`, or the name of a composite. */
  id: string
  name: string
  title: string
  owner: string
  /** Null: a composite. */
  sli: Sli | null
  /** Of a composite: direct children only. Attained = weighted mean of theirs. */
  parts: { id: string; weight: number }[]
  /** Share, 0 < target < 1. */
  target: number
  window: ObjectiveWindow
  budgeting: Budgeting
  /** Below this many in a burn window nothing fires: low traffic. */
  minTotal: number
  /** `page`: fast burns page; `ticket`: they never do. */
  urgency: 'page' | 'ticket'
  labels: Record<string, string>
}

export type ObjectiveStatus = 'met' | 'burning' | 'exhausted' | 'no_data' | 'low_traffic'

export interface BudgetFigures extends GoodTotal {
  /** Null without data. */
  attained: number | null
  /** Share of the budget left; negative when overspent; null without data. */
  budgetLeft: number | null
}

export interface BurnFigure {
  /** Which of the alert's pairs it belongs to. */
  pair: 'page_fast' | 'page_slow' | 'ticket_fast' | 'ticket_slow'
  severity: 'page' | 'ticket'
  longMinutes: number
  shortMinutes: number
  threshold: number
  /** Null: no data in the window. */
  long: number | null
  short: number | null
  total: number
  /** At the long window's rate; null when it does not burn. */
  exhaustedInS: number | null
  isFiring: boolean
  isLowTraffic: boolean
}

/** The stored figure every reader shows (law 9). */
export interface ObjectiveState {
  id: string
  at: number
  status: ObjectiveStatus
  from: number
  to: number
  /** As batch has restated the past. */
  now: BudgetFigures
  /** As it was known when it happened; alerts fire on this. */
  then: BudgetFigures
  /** Budget in the unit counted (reads, events, minutes). */
  budgetTotal: number | null
  burns: BurnFigure[]
  /** Over the last hour; null without data. */
  burn1h: number | null
  /** Share of the budget used in the last 24 h: the guide escalates above 0.5 and 1. */
  usedIn24h: number | null
  exhaustedInS: number | null
  /** Since when it is not met; null: it is. */
  since: number | null
  /** Share of the total that probes stood in for. */
  probeShare: number
  /** Excluded by budget corrections, in the unit counted. */
  corrected: GoodTotal
}

export interface ObjectiveView extends ObjectiveSpec {
  pipeline: string | null
  source: 'default' | 'definition' | 'console'
  version: number
  /** Null before the first evaluation. */
  state: ObjectiveState | null
}

export interface BudgetPoint {
  at: number
  now: number | null
  then: number | null
  good: number
  total: number
  /** A budget correction was in force. */
  corrected: boolean
}

export interface BudgetEpisode {
  from: number
  to: number
  isGoingOn: boolean
  bad: number
  budgetUsed: number
  known: 'then' | 'restated'
  says: string
  incidentId: number | null
}

export interface ObjectiveDetail {
  view: ObjectiveView
  graph: BudgetPoint[]
  /** Per day, oldest first. */
  days: { day: number; good: number; total: number }[]
  episodes: BudgetEpisode[]
  corrections: BudgetCorrectionView[]
  restated: {
    at: number
    from: number
    to: number
    minutes: number
    reason: string
    good: number
    total: number
  }[]
  history: { version: number; at: number; by: string; reason: string | null }[]
}

export interface BudgetCorrectionView {
  id: number
  /** Null: all pipelines. */
  pipeline: string | null
  /** Empty: all of the pipeline. */
  objectives: string[]
  category: string
  reason: string
  from: number
  to: number
  recurrence: { every: 'day' | 'week' | 'month'; until: number | null } | null
  actor: string
  createdAt: number
}

export type Severity = 'page' | 'ticket'
export type AlertState = 'pending' | 'firing' | 'resolved'

/** What holds a notification back: another alert that explains it, or people. */
export interface MutedBy {
  kind: 'alert' | 'silence' | 'maintenance'
  id: number
  says: string
}

export interface AlertView {
  id: number
  rule: string
  severity: Severity
  state: AlertState
  cause: string
  pipeline: string | null
  objectiveId: string | null
  owner: string | null
  title: string
  says: string
  evidence: Record<string, unknown>
  runbook: string | null
  mutedBy: MutedBy | null
  /** Null with `mutedBy`: until its cause has ended. */
  mutedUntil: number | null
  pendingSince: number
  firingSince: number | null
  /** When it was last not known to be over: seen, or not visible. */
  lastSeenAt: number
  resolvedAt: number | null
  /** Its cause's; of a muted effect, the one of the cause that explains it. */
  incidentId: number | null
}

/** What mends it: a plan to open, or a place to go. */
export interface AlertAction {
  label: string
  plan?: { kind: string; pipeline: string; from?: number; to?: number; options?: Record<string, unknown> }
  href?: string
}

/** The alerts of one cause: one incident, one line on a screen, one notification. */
export interface AlertGroup {
  cause: string
  incidentId: number | null
  severity: Severity
  state: 'pending' | 'firing' | 'acknowledged' | 'muted'
  title: string
  says: string
  owner: string | null
  pipelines: string[]
  since: number
  acknowledgedBy: string | null
  acknowledgedAt: number | null
  /** When the next step of the route is notified; null: none is left, or it is acknowledged. */
  escalatesAt: number | null
  escalatesTo: string | null
  mutedBy: MutedBy | null
  mutedUntil: number | null
  runbook: string | null
  /** First is the one to press. */
  actions: AlertAction[]
  alerts: AlertView[]
  /** Alerts of other causes that this one explains and mutes. */
  mutes: { id: number; title: string; until: number | null }[]
}

/** Whether anybody watches: the evaluator's own health. */
export interface WatcherHealth {
  /** Null: it never ran. */
  lastEvaluatedAt: number | null
  health: 'ok' | 'warn' | 'bad'
  says: string
  /** Parts it could not look at in the last round. */
  blind: string[]
}

export interface AlertBoard {
  at: number
  watcher: WatcherHealth
  groups: AlertGroup[]
  /** Newest first; the last 50. */
  resolved: AlertView[]
}

export interface SilenceView {
  id: number
  kind: 'silence' | 'maintenance'
  match: SilenceMatch
  reason: string
  actor: string
  startsAt: number
  endsAt: number
  recurrence: { every: 'day' | 'week' | 'month'; until: number | null } | null
  state: 'pending' | 'active' | 'expired'
  /** Live alerts it holds back now. */
  muting: number
}

/** All given fields must match; texts may end in `*`. */
export interface SilenceMatch {
  rule?: string | undefined
  pipeline?: string | undefined
  cause?: string | undefined
  severity?: Severity | undefined
  owner?: string | undefined
}

export type ChannelKind = 'webhook' | 'slack' | 'pagerduty' | 'alertmanager' | 'email'

export interface ChannelView {
  id: number
  name: string
  kind: ChannelKind
  /** Without secrets. */
  settings: Record<string, unknown>
  hasSecret: boolean
  lastSent: number | null
  lastError: string | null
  queued: number
}

/** First route that matches wins; the last one matches all. */
export interface Route {
  owner?: string | undefined
  severity?: Severity | undefined
  pipeline?: string | undefined
  /** `afterMinutes` from the opening; a step is skipped once somebody acknowledged. */
  steps: { afterMinutes: number; channels: string[]; says: string }[]
  /** Sent again after this long while nobody resolved it. */
  repeatHours: number
}
