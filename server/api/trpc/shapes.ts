import type {
  AuditRecord,
  Counters,
  DebugView,
  DependencyHealth,
  Health,
  IncidentDetail,
  IncidentPage,
  JobView,
  ProposalView,
  MeasureInfo,
  MeasureValue,
  CostReport,
  Overview,
  PipelineListItem,
  PipelineStatus,
  SystemHealth,
  TriageView,
} from '../../control'
import type { AlertBoard, ObjectiveView } from '../../slo'

export type Completeness = 'complete' | 'provisional' | 'partial' | 'unavailable'

export type Values = Record<string, MeasureValue>

/**
 * One point of a chart: all keys (or one) of a window, or of `stepMs` of windows. A window
 * without cells has none, unless events of it are lacking.
 */
export interface SeriesPoint {
  windowStart: number
  windowEnd: number
  completeness: Completeness
  /** What is missing, when partial. */
  hole: string | null
  /** The served value: batch up to its cut, speed after it. */
  merged: Values
  /** The batch layer alone; null where no version answers. */
  batch: Values | null
  /** The speed layer alone; null where it holds nothing (any more). */
  speed: Values | null
}

export interface Series {
  pipeline: string
  key: string | null
  from: number
  to: number
  windowSizeMs: number
  /** Width of a point: the window, or a multiple of it where the range has more windows than `maxPoints`. */
  stepMs: number
  measures: MeasureInfo[]
  points: SeriesPoint[]
  /** Measures that are an estimate in at least one point, because sketches of several cells were merged. */
  approximate: string[]
  /** Measures some point could not tell: too many sketches. Ask for a shorter range or one key. */
  omitted: string[]
  boundary: number | null
  watermark: number | null
  publication: number
  at: number
}

export interface TopKey {
  key: string
  value: MeasureValue
  /** Share of the total, for additive measures; null otherwise. */
  share: number | null
  measures: Values
  /** What batch says over the windows it covers; null where it covers none. */
  batch: MeasureValue
  /** What speed had counted of the same windows at the same cuts; null where it is no longer kept. */
  speed: MeasureValue
  /** speed − batch; null where one is missing. */
  difference: number | null
  completeness: Completeness
}

export interface TopKeys {
  pipeline: string
  measure: string
  from: number
  to: number
  keys: TopKey[]
  /** How many keys have events in the range. */
  total: number
  /** What the range lacks, of these keys or of others; null where no hole touches it. */
  hole: string | null
  /** The order or the figures rest on sketches. */
  approximate: boolean
  at: number
}

export interface VersionView {
  number: number
  from: number
  to: number
  state: 'staging' | 'staged' | 'published' | 'discarded'
  /** Answers for at least one window now. */
  active: boolean
  /** Where it answers now. */
  activeRanges: { from: number; to: number }[]
  epoch: number
  cut: number[]
  digest: string | null
  rows: number
  events: number
  bytes: number
  createdBy: string
  reason: string | null
  jobId: string | null
  startedAt: number
  publishedAt: number | null
}

export interface PublicationView {
  number: number
  kind: 'publish' | 'rollback'
  at: number
  actor: string
  reason: string | null
  /** The one in force. */
  current: boolean
}

export interface Versions {
  publication: number
  boundary: number | null
  versions: VersionView[]
  publications: PublicationView[]
  /** Pass as `below` to read older versions; null: there are none. */
  nextBelow: number | null
}

/**
 * The live feed of one pipeline page. First `snapshot` (or, after a reconnect within the buffer, `points`), then
 * `points` at most four times a second. `snapshot` replaces all the client holds; `points` replaces by windowStart.
 */
export type LiveMessage =
  | { kind: 'snapshot'; series: Series; status: PipelineStatus }
  | {
      kind: 'points'
      points: SeriesPoint[]
      boundary: number | null
      watermark: number | null
      status: PipelineStatus
    }

export interface LiveList {
  at: number
  pipelines: PipelineListItem[]
}
export interface LiveJobs {
  at: number
  jobs: JobView[]
  /** What waits for a person. */
  proposals: ProposalView[]
}
export type LiveHealth = SystemHealth

/** One message of the merged feed `live.watch`. */
export type WatchMessage =
  | { topic: 'health'; data: LiveHealth }
  | { topic: 'pipelines'; data: LiveList }
  | { topic: 'jobs'; data: LiveJobs }
  | { topic: 'pipeline'; data: LiveMessage }
  | { topic: 'topKeys'; data: TopKeys }
  | { topic: 'audit'; data: { seq: number } }
  | { topic: 'alerts'; data: AlertBoard }
  | { topic: 'incidents'; data: IncidentPage }
  | { topic: 'incident'; data: IncidentDetail }
  | { topic: 'triage'; data: TriageView }
  | { topic: 'debug'; data: DebugView }
  | { topic: 'overview'; data: Overview }
  | { topic: 'objectives'; data: ObjectiveView[] }
  | { topic: 'costs'; data: CostReport }

/** One verification of the audit chain. */
export interface AuditVerification {
  at: number
  by: string
  /** Entries read, up to the break where there is one. */
  entries: number
  /** The first seq that is not as it was written; null: the chain is whole. */
  brokenAt: number | null
  why: 'changed' | 'missing' | 'out of order' | null
}

/** `isWhole`: its hash and its link to the entry before were just recomputed, and hold. */
export type AuditEntryView = AuditRecord & { prevHash: string; isWhole: boolean }

/** Who may do what: the same data that decides it. */
export interface Access {
  procedures: { path: string; changes: boolean; role: Me['role'] | 'public' }[]
  routes: { method: string; path: string; scope: string; summary: string }[]
}

export interface Me {
  kind: 'user' | 'token'
  name: string
  role: 'viewer' | 'operator' | 'admin'
}

export type { Counters, DependencyHealth, Health, MeasureInfo, MeasureValue }
