import type { BurnFigure } from '../model'

/**
 * What the rules look at. A part that could not be read is null: rules that need it are blind, and neither fire nor
 * resolve. Instants are epoch ms.
 */
export interface AlertFacts {
  store: DependencyFact
  log: DependencyFact
  /** Seconds between the last two rounds; null in the first. */
  roundGapS: number | null
  workers: WorkersFact | null
  archive: ArchiveFact | null
  pipelines: PipelineFact[] | null
  runs: RunFact[] | null
  quality: QualityFact[] | null
  rejections: RejectionFact[] | null
  comparisons: ComparisonFact[] | null
  corrections: CorrectionsFact | null
  costs: CostFact[] | null
  access: AccessFact[] | null
  traffic: TrafficFact[] | null
  probes: ProbeFact[] | null
  channels: ChannelFact[] | null
  keys: KeysFact[] | null
  objectives: ObjectiveFact[] | null
  disks: DiskFact[] | null
  holes: HoleFact[] | null
}

/** Parts that may be unreadable by themselves. */
export type FactPart = Exclude<keyof AlertFacts, 'store' | 'log' | 'roundGapS'>

export interface DependencyFact {
  isAway: boolean
  says: string
}

export interface WorkersFact {
  /** Of each role that is needed. */
  roles: { role: string; alive: number; lastBeatAt: number | null }[]
}

export interface ArchiveFact {
  /** Messages in the log that are not in the archive. */
  lagMessages: number
  /** Since when its position stands still while messages wait; null: it moves, or none wait. */
  stalledSince: number | null
  /** How long the log keeps messages, as its operator wants it, and how old the oldest one is that is not archived; null: it keeps all. */
  retention: { ageS: number; waitsS: number } | null
  /** Stretches of the log that neither the log nor the archive has any more, found in the last day; absent: none. */
  lost?: { stretches: number; types: string[] } | undefined
}

/** What is left for a part on a machine. */
export interface DiskFact {
  host: string
  part: string
  /** Share in use. */
  used: number
  freeBytes: number
  isFull: boolean
}

/** Stretches of the log that a layer lacks, noted lately. */
export interface HoleFact {
  layer: string
  types: string[]
  stretches: number
  messages: number
  says: string
}

/** Why events wait for the speed layer; `current`, `no_data`: they do not. */
export type SpeedDiagnosis = 'paused' | 'unattended' | 'poison' | 'wedged' | 'behind' | 'current' | 'no_data'

/** What control knows of a pipeline. */
export interface PipelineStatusFact {
  pipeline: string
  owner: string
  eventType: string
  /** Infinity: it has no schedule. */
  batchEveryMs: number
  waiting: number
  /** Age of the oldest event that waits. */
  oldestS: number
  diagnosis: SpeedDiagnosis
  /** The diagnosis with its evidence. */
  says: string
  /** When the lag will be gone; null: it is not getting smaller, or nothing waits. */
  catchUpAt: number | null
  timeToDataLossS: number | null
  isBatchPaused: boolean
  /** An event of its type has been folded. */
  hasEvents: boolean
}

export interface PipelineFact extends PipelineStatusFact {
  /** Events waiting now less those of two minutes ago; null: not known yet. */
  growth: number | null
}

/** Batch and what runs of it did. */
export interface RunFact {
  pipeline: string
  /** Newest run that succeeded; null: none ever did. */
  lastSuccessAt: number | null
  /** Since when runs are expected. */
  expectedSince: number
  /** The newest ended run, when it failed or was only partly done. */
  failed: {
    jobId: string
    kind: string
    at: number
    error: string
    attempts: number
    from: number | null
    to: number | null
  } | null
  /** A run that is being tried again. */
  retrying: { jobId: string; attempts: number; maxAttempts: number; error: string } | null
  failuresLastHour: number
}

/** Counters of the speed layer over the last minutes. */
export interface QualityFact {
  pipeline: string
  eventType: string
  events: number
  duplicates: number
  late: number
  minutes: number
}

export interface RejectionFact {
  eventType: string
  count: number
  minutes: number
  /** Most frequent first. */
  codes: string[]
  sources: string[]
  example: string | null
}

export interface ComparisonFact {
  pipeline: string
  versionId: number
  at: number
  cells: number
  beyond: number
  drifting: number
  from: number
  to: number
}

export interface CorrectionsFact {
  waiting: number
  oldestAt: number | null
}

export interface CostFact {
  pipeline: string
  currency: string
  /** The last full hour against the same hour of other days; null: too little history. */
  anomaly: {
    hour: number
    amount: number
    usual: number
    z: number | null
    share: number | null
    says: string
  } | null
  /** Null: no budget is set. */
  budget: { monthly: number; spent: number; forecast: number | null } | null
}

export interface AccessFact {
  /** Principal or address. */
  who: string
  count: number
  minutes: number
  kinds: string[]
  lastAt: number
}

export interface TrafficFact {
  pipeline: string
  /** Of the hour before the quiet, minutes that had events. */
  busyMinutes: number
  quietSince: number
}

export interface ProbeFact {
  pipeline: string
  /** The last probe that came through. */
  lastAt: number
}

export interface ChannelFact {
  name: string
  kind: string
  waiting: number
  oldestAt: number | null
  failedLately: number
  lastError: string | null
}

/** A window that comes near the most keys it may have, or for which its pipeline was held. */
export interface KeysFact {
  pipeline: string
  windowStart: number
  keys: number
  limit: number
  isHeld: boolean
}

export interface ObjectiveFact {
  id: string
  title: string
  pipeline: string | null
  indicator: string | null
  owner: string
  urgency: 'page' | 'ticket'
  status: string
  budgetLeft: number | null
  usedIn24h: number | null
  exhaustedInS: number | null
  burns: Pick<
    BurnFigure,
    'pair' | 'severity' | 'longMinutes' | 'shortMinutes' | 'threshold' | 'long' | 'isFiring'
  >[]
}

/** What alerts need of rooms that this one may not import: handed in by the process that wires both. */
export interface AlertFactsSource {
  pipelines(): Promise<PipelineStatusFact[]>
  costs(): Promise<CostFact[]>
}
