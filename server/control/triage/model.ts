import type { MeasureValue } from '../../pipeline'
import type { Cause } from '../../reconcile'
import type { AlertAction, TraceSummary } from '../../slo'
import type { JobKind, JobStatus } from '../model'

/**
 * Where the speed layer of a pipeline stands, with the first that holds:
 * `paused` people stopped it · `unattended` no living worker holds it · `poison` its commits are refused again and
 * again for a reason of their own · `wedged` its worker lives and does not commit · `behind` it commits and lags ·
 * `no_data` nothing of its type ever came · `current`.
 */
export type SpeedDiagnosis = 'current' | 'behind' | 'wedged' | 'poison' | 'paused' | 'unattended' | 'no_data'

/** What waits in the log for the speed layer of a pipeline, or of those of its partitions that stand alike. */
export interface BacklogRow {
  pipeline: string
  owner: string
  partitions: number[]
  /** All partitions stand alike. */
  isWhole: boolean
  diagnosis: SpeedDiagnosis
  /** The diagnosis with its evidence. */
  says: string
  events: number
  /** Of the last ten minutes, oldest first. */
  line: { at: number; events: number }[]
  /** Events a second; null: not known yet. */
  inPerS: number | null
  outPerS: number | null
  /** Age of the oldest event that waits; 0: none does. */
  oldestS: number
  /** When nothing waits any more, at the present rates; null: never, or nothing waits. */
  catchUpAt: number | null
  /** Seconds until the log may drop what is in no archive and not folded; null: nothing can be dropped. */
  timeToDataLossS: number | null
  /** First is the one to press. */
  actions: AlertAction[]
}

/** Runs of one kind that failed for one reason; the newest stands for all. */
export interface FailingJob {
  id: string
  kind: JobKind
  pipeline: string
  /** `running`: it failed and is tried again. */
  status: Extract<JobStatus, 'failed' | 'partial' | 'running' | 'queued'>
  at: number
  error: string | null
  attempts: number
  maxAttempts: number
  failedItems: number
  items: number
  /** How many runs failed this way in the hour. */
  times: number
  /** A later run that did the work, or is about to. */
  followedBy: { id: string; status: JobStatus; at: number } | null
  /** What does its work again; null: a later run has done it, or it is under way. */
  action: AlertAction | null
}

export interface RecentDivergence {
  pipeline: string
  windowStart: number
  windowEnd: number
  key: string
  measure: string
  served: MeasureValue
  batch: MeasureValue
  relative: number
  cause: Cause
  tolerance: number
  /** When batch found it. */
  foundAt: number
  /** Cells beyond tolerance that the same pipeline's comparisons of the hour found. */
  cells: number
}

/** What the on-call needs beside the alerts. */
export interface TriageView {
  at: number
  /** Worst first. */
  backlog: BacklogRow[]
  /** Failed and slow ones, newest first. */
  traces: TraceSummary[]
  failing: FailingJob[]
  divergence: RecentDivergence[]
  /** Parts that could not be read, and why: the rest stands. */
  missing: { part: 'backlog' | 'traces' | 'failing' | 'divergence'; says: string }[]
}
