import type { Cause } from '../../reconcile'
import type { BudgetFigures, ObjectiveStatus, ObjectiveView } from '../../slo'
import type { CostReport } from '../cost/model'
import type { Health, JobKind, JobStatus } from '../model'

/** The executive's page as stored figures; words are made of them where they are shown. Instants are epoch ms. */
export interface Overview {
  at: number
  /** What the line and the spells show. */
  from: number
  to: number
  fresh: FreshOverview
  right: RightOverview
  /** Null: nothing has been measured yet. */
  cost: CostOverview | null
  objectives: ObjectivesOverview
  batch: BatchOverview
}

/** Of a composite: all pipelines with equal weight. */
export interface OverallObjective {
  id: string
  target: number
  /** Of its window. */
  days: number
  status: ObjectiveStatus
  now: BudgetFigures
  then: BudgetFigures
  burns: { minutes: number; rate: number | null }[]
  /** Share of the total that probes stood in for. */
  probeShare: number
}

/** Null `share`: no data, a gap. */
export interface SharePoint {
  at: number
  share: number | null
  good: number
  total: number
}

export interface FreshOverview {
  /** Null: not evaluated yet. */
  overall: OverallObjective | null
  /** First minute that was measured; null: none yet. */
  measuredSince: number | null
  stepMs: number
  /** Mean of the pipelines that have data, as the overall objective weighs them. */
  line: SharePoint[]
  /** Pipelines there are, and how many of them are late now; `pipelines` holds the first ones. */
  pipelinesTotal: number
  lateTotal: number
  /** Late ones first, longest first; then those that were late most in the range. */
  pipelines: PipelineLateness[]
}

/** A stretch of minutes, each of which missed its target. */
export interface LateSpell {
  from: number
  to: number
  /** Its reads, and the good ones of them. */
  good: number
  total: number
}

export interface PipelineLateness {
  name: string
  owner: string
  underMs: number
  /** Age of the oldest event that is not in the answer; 0: none waits. */
  ageMs: number
  isLate: boolean
  /** Null: not late, or nothing tells. */
  isRecovering: boolean | null
  health: Health
  /** Why, when it is not well. */
  reason: string | null
  spells: LateSpell[]
  /** Minutes in which nothing was measured count as neither. */
  lateMs: number
}

export interface RightOverview {
  overall: OverallObjective | null
  measuredSince: number | null
  /** Relative difference up to which a value counts as confirmed; null: it differs by pipeline. */
  tolerance: number | null
  stepMs: number
  /** By UTC day, or in shorter steps while there are few days. Open: batch has not compared all of it. */
  line: (SharePoint & { isOpen: boolean })[]
  /** Values that batch changed in the window of the objective. */
  corrections: { values: number; median: number | null; byCause: { cause: Cause; values: number }[] }
  /** The largest correction found since the UTC day began. */
  largestToday: {
    pipeline: string
    measure: string
    key: string
    windowStart: number
    relative: number
    cause: Cause
  } | null
  /** Pipelines whose own correctness objective is not met. */
  notMet: string[]
}

export type CostOverview = Pick<
  CostReport,
  'from' | 'to' | 'pricedAt' | 'total' | 'budget' | 'pipelines' | 'unallocated' | 'anomalies'
> & {
  currency: string
  /** Pipelines there are; `pipelines` holds the first ones. */
  pipelinesTotal: number
  /** Heading for more than their budget, or past it. */
  over: string[]
}

export interface ObjectivesOverview {
  total: number
  /** Burning or exhausted. */
  notMet: number
  /** Worst budget first. */
  worst: ObjectiveView[]
}

export interface BatchRun {
  jobId: string
  pipeline: string
  finishedAt: number
  tookMs: number
  outcome: 'on time' | 'late' | 'failed'
}

export interface LongJob {
  jobId: string
  kind: JobKind
  pipeline: string
  status: JobStatus
  startedAt: number
  /** Null: it runs. */
  finishedAt: number | null
  progress: number
  /** Median of the last runs of its kind and pipeline that succeeded; null: too few. */
  usualMs: number | null
}

export interface BatchOverview {
  /** Share of ended jobs that succeeded, in the window of the objectives on it. */
  good: number
  total: number
  days: number
  /** Lowest target of these objectives; null: none. */
  target: number | null
  /** Oldest first. */
  runs: BatchRun[]
  /** Running ones first, longest first; then the longest that ended in the last day. */
  longest: LongJob[]
}
