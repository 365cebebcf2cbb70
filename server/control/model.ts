import type { FoldCounters, MeasureValue, NumberType, Problem } from '../pipeline'

/** What the screens and the REST face show of a pipeline. Instants are epoch ms; durations end in Ms or S. */
export type Health = 'ok' | 'warn' | 'bad' | 'unknown'

export interface MeasureInfo {
  name: string
  kind: 'count' | 'sum' | 'min' | 'max' | 'mean' | 'distinct' | 'quantile'
  /** The operand as written in the definition; null for a plain count. */
  of: string | null
  type: NumberType | null
  scale: number | null
  q: number | null
  /** False for sketches (distinct, quantile) in the speed layer: their provisional values are approximate. */
  exactInSpeed: boolean
}

export interface PipelineInfo {
  name: string
  title: string
  owner: string
  tags: Record<string, string>
  /** Number of the definition in force. */
  definitionVersion: number
  computeId: number
  eventType: string
  /** Expression texts, one per part of the key. */
  key: string[]
  filter: string | null
  windowSizeMs: number
  lateness: { outOfOrderMs: number; allowedMs: number; beyond: 'defer' | 'include' }
  measures: MeasureInfo[]
  batchEveryMs: number
  createdAt: number
  changedAt: number
}

export interface PartitionPosition {
  partition: number
  seq: number
  epoch: number
  watermark: number | null
  /** Log time of the last message folded. */
  logTime: number | null
  owner: string | null
  leaseUntil: number | null
}

export interface Lag {
  /** Events in the log that the speed layer has not folded; exact when 0, else estimated from messages. */
  events: number
  /** Messages of the type behind the committed position; exact. */
  messages: number
  /** Age of the oldest event not folded yet; 0 when current. */
  seconds: number
}

export interface Counters extends FoldCounters {
  messages: number
}

export interface ArchiveStatus {
  /** Every message up to here is in the archive; null before the archiver has run. */
  seq: number | null
  /** Last message in the log. */
  logSeq: number
  /** First message the log still holds. */
  logFirstSeq: number
  lagMessages: number
  segments: number
  rows: number
  bytes: number
}

export interface WorkerStatus {
  id: string
  role: string
  host: string
  pid: number
  startedAt: number
  heartbeatAt: number
  alive: boolean
  detail: Record<string, unknown>
}

/** What a power cut can lose, in words for people, and as a bound where there is one. */
export interface Durability {
  log: { server: string; sync: string; atRiskSeconds: number | null; says: string }
  store: { server: string; sync: string; atRiskSeconds: number | null; says: string }
}

/** A reason for which a layer stands still. */
export interface PausedLayer {
  id: number
  layer: 'speed' | 'batch'
  reason: string
  actor: string
  since: number
  /** It ends by itself then; null: when somebody resumes it. */
  until: number | null
}

/** A definition that both layers compute and nobody is served from. */
export interface ShadowStatus {
  definitionVersion: number
  computeId: number
  boundary: number | null
  /** Messages of its type that its speed layer has not folded. */
  lagMessages: number
}

export interface PipelineStatus {
  pipeline: string
  at: number
  health: Health
  /** Why the health is what it is, worst first; empty when ok. */
  reasons: string[]
  /** Lowest watermark of the partitions that have seen an event; null before the first. */
  watermark: number | null
  boundary: number | null
  position: PartitionPosition[]
  lag: Lag
  /** When the lag will be gone at the rate of the last minute; null when current or not catching up. */
  catchUpEta: number | null
  /** Seconds until the log may drop a message that is not archived; null when nothing can be dropped. */
  timeToDataLossS: number | null
  epoch: number
  publication: number
  counters: Counters
  archive: ArchiveStatus
  workers: WorkerStatus[]
  durability: Durability
  /** Empty: both layers run. */
  paused: PausedLayer[]
  shadow: ShadowStatus | null
  lastRun: { jobId: string; status: JobStatus; finishedAt: number | null; error: string | null } | null
}

export interface PipelineListItem extends PipelineInfo {
  status: PipelineStatus
}

/** What `apply` answers: `changed` is false when the definition in force already said the same. */
export interface AppliedDefinition {
  name: string
  version: number
  created: boolean
  changed: boolean
  /** True when the change alters what is computed, so that the log is replayed from its start. */
  recomputes: boolean
  definition: unknown
  problems: Problem[]
}

export interface DefinitionVersion {
  version: number
  createdAt: number
  createdBy: string
  reason: string | null
  current: boolean
  definition: unknown
}

export type JobStatus = 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'partial'
/** Work of the queue. Plans that are done at once leave a finished job of their own kind. */
export type JobKind = PlanKind | 'scheduled' | 'vacuum' | 'preview' | 'guard' | 'redrive'

export interface JobItem {
  id: string
  label: string
  /** Half-open event-time range; null for an item that has none. */
  from: number | null
  to: number | null
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled'
  version: number | null
  rows: number | null
  error: string | null
  /** Time it took and archive bytes it read; absent before it is done. */
  seconds?: number
  bytes?: number
}

/** What the governor last decided for a job, and why. */
export interface GovernorState {
  state: 'running' | 'held' | 'throttled'
  reasons: string[]
  since: number
  /** How long it was held in all. */
  heldMs: number
}

/** What a guarded flip saw while it watched. */
export interface GuardReport {
  publication: number
  until: number
  checks: number
  /** Highest relative divergence found by comparisons since the flip; null: none came. */
  divergence: number | null
  /** Highest lag of the speed layer seen since, in seconds. */
  freshnessS: number | null
  outcome: 'watching' | 'kept' | 'rolled back' | 'superseded'
  says: string
}

/** Facts of an ended job; each kind tells its own. */
export interface JobResult {
  /** Ranges put in force. */
  ranges?: number
  publication?: number | null
  boundary?: number | null
  /** Cells whose answer changed with the publication. */
  corrections?: number
  comparison?: { cells: number; differing: number; beyond: number; drifting: number } | null
  /** A proposal that waits for a person instead of a publication. */
  proposal?: string | null
  /** Of a cancelled or failed job: labels of what had finished. None of it is served. */
  finished?: string[]
  /** What had moved when a postponed plan started. */
  changed?: { what: string; expected: unknown; found: unknown }[]
  guard?: GuardReport
  /** The job that watches the publication, and takes it back when a bound is crossed. */
  guardJob?: string
  /** What else a person should know. */
  notes?: string[]
}

export interface JobView {
  id: string
  kind: JobKind
  pipeline: string
  planId: string | null
  status: JobStatus
  /** 0 to 1. */
  progress: number
  items: JobItem[]
  etaAt: number | null
  error: string | null
  attempts: number
  cancelRequested: boolean
  /** With status `queued`: it stands still until it is resumed. With `running`: it stops after the range in hand. */
  pauseRequested: boolean
  /** Not started before. */
  runAfter: number
  /** Archive bytes read so far, over all attempts. */
  bytes: number
  governor: GovernorState | null
  /** What its plan said it would take; null without a plan. */
  estimate: PlanEstimate | null
  result: JobResult | null
  createdBy: string
  reason: string | null
  createdAt: number
  startedAt: number | null
  finishedAt: number | null
}

export type PlanKind =
  | 'reconcile'
  | 'backfill'
  | 'rollback'
  | 'pause'
  | 'resume'
  | 'quarantine'
  | 'release'
  | 'restart'
  | 'definition'
  | 'cancel'

export interface PlanItem {
  id: string
  label: string
  /** Half-open event-time range; null for an item that has none. */
  from: number | null
  to: number | null
  windows: number
  /** Versions in force there now, newest first; empty: speed alone answers. */
  activeVersions: number[]
  /** For a rollback: the version that will answer there; null: none, speed alone. */
  becomesVersion: number | null
  cells: number
  /** What is there now and what will be, in words; null where the figures above say it. */
  before: string | null
  after: string | null
}

/** What the cost of a plan is in, and what it adds to. */
export interface PlanMoney {
  currency: string
  /** What the CPU of the estimate rests on, in words. */
  basis: string
  /** Of the pipeline, in this currency, for the month under way; null: none, or in another currency. */
  budget: { monthly: number; spent: number } | null
}

export interface PlanEstimate {
  seconds: number
  /** In one of ten past runs it took longer; null where too few were measured. */
  slowSeconds: number | null
  /** Archive bytes that are read. */
  bytes: number
  events: number
  /** From bytes scanned and CPU, at the prices in force; 0 for what reads and computes nothing. */
  cost: number
  /** Absent where nothing is priced. */
  money?: PlanMoney
  /** What the duration rests on, in words. */
  basis: string
  /** The pipeline's `budget.quota.backfillBytesPerDay` (UTC day); null: none is set, or the kind reads nothing. */
  quota: { perDay: number; usedToday: number; left: number } | null
}

/** A value before and after, over the cells of a staged version. */
export interface PreviewDiff {
  cells: number
  changed: number
  /** Cells beyond the pipeline's tolerance. */
  beyond: number
  drifting: number
  /** Cells that lateness still held open at the cut; counted in none of the above. */
  inFlight: number
  largest: {
    windowStart: number
    key: string
    measure: string
    before: MeasureValue
    after: MeasureValue
    relative: number
    mainCause: string
  }[]
  windows: {
    windowStart: number
    windowEnd: number
    /** Totals over keys of additive measures. */
    measures: Record<string, { before: MeasureValue; after: MeasureValue }>
    cells: number
    changed: number
    /** Largest relative difference of a cell. */
    largest: number
  }[]
  /** By measure and cause: what the causes add up to, as decimal text. */
  causes: Record<string, Record<string, string>>
}

/** The plan computed for real on staged versions; applying publishes exactly these. */
export interface PlanPreview {
  status: 'queued' | 'running' | 'ready' | 'failed'
  jobId: string
  versionIds: number[]
  /** Their numbers. */
  versions: number[]
  /** The cut they were computed at. */
  epoch: number | null
  error: string | null
  diff: PreviewDiff | null
}

export interface PlanApproval {
  by: string
  at: number
  reason: string
}

/** Something a plan rests on beside its items: read again when it is applied. */
export interface PlanFact {
  what: string
  value: unknown
}

export interface PlanView {
  id: string
  kind: PlanKind
  pipeline: string
  state: 'ready' | 'expired' | 'applied'
  /** As asked for. */
  keys: string[] | null
  options: Record<string, unknown>
  items: PlanItem[]
  /** Things the person should know: clipped ends, ranges without events. */
  notes: string[]
  blastRadius: {
    windows: number
    keys: number | null
    cells: number
    /** Durable consumers of the pipeline's corrections. */
    consumers: string[]
    objectives: string[]
  }
  estimate: PlanEstimate
  expected: { definitionVersion: number; publication: number; facts: PlanFact[] }
  /** Null: not asked for. */
  preview: PlanPreview | null
  /** Above the policy's size: applied only after another person approved. */
  needsSecond: boolean
  approvals: PlanApproval[]
  /** Made by the schedule; waits for a person. */
  isProposal: boolean
  createdBy: string
  createdAt: number
  expiresAt: number
  appliedAt: number | null
  appliedBy: string | null
  reason: string | null
  jobId: string | null
}

/** What a scheduled run left to a person, in short; its plan has it whole. */
export interface ProposalView {
  /** Of the plan. */
  id: string
  pipeline: string
  from: number | null
  to: number | null
  cells: number
  changed: number
  beyond: number
  /** Largest relative difference of a cell. */
  largest: number
  createdAt: number
}

export interface AuditRecord {
  seq: number
  at: number
  actor: string
  action: string
  object: string
  detail: unknown
  hash: string
}

export interface DeadLetterView {
  seq: number
  index: number
  subject: string
  type: string | null
  source: string | null
  eventId: string | null
  code: string
  reason: string
  raw: string
  at: number
}

export interface DependencyHealth {
  name: 'postgres' | 'nats' | 'log' | 'workers' | 'archive' | 'disk'
  health: Health
  says: string
  latencyMs: number | null
}

export interface SystemHealth {
  at: number
  health: Health
  dependencies: DependencyHealth[]
  workers: WorkerStatus[]
  durability: Durability
  /** Event rate the speed layer folded over the last few seconds, all pipelines' distinct types. */
  eventsPerSecond: number | null
  runningJobs: number
}

export type { MeasureValue }
