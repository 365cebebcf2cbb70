import type { JobKind, JobStatus } from '../model'

/** What Debug shows of how long things took. Rows are logarithmic steps of time, columns steps of the range. */
export interface LatencyHeat {
  indicator: 'event_to_view' | 'latency' | 'freshness'
  stepMs: number
  /** Upper edges of the rows, ms, lowest first, without a gap. */
  edges: number[]
  /** Steps with data, in order; `counts` by row. */
  columns: {
    at: number
    counts: number[]
    count: number
    p50: number
    p95: number
    p99: number
    max: number
    isProbe: boolean
  }[]
  total: { count: number; p50: number; p95: number; p99: number; max: number } | null
  /** What the pipeline's objective allows; null: it has none on it. */
  threshold: number | null
}

/** What had to be tried again, and what of it failed for good. */
export interface RetryRow {
  kind: JobKind
  pipeline: string
  runs: number
  /** Attempts beyond the first of each run. */
  retries: number
  failed: number
  lastError: string | null
  lastAt: number
  /** The newest run that was tried again or failed. */
  jobId: string
}

/** What a speed worker says of its own troubles. */
export interface WorkerTrouble {
  worker: string
  isAlive: boolean
  lane: string
  /** Failed attempts of the commit under way. */
  failures: number
  isStuck: boolean
  lastError: string | null
  /** Reading waits for commits. */
  isPaused: boolean
  pauses: number
}

export interface Retries {
  rows: RetryRow[]
  workers: WorkerTrouble[]
  notes: { worker: string; at: number; text: string; times: number }[]
  /** Notifications that took more than one attempt. */
  deliveries: { channel: string; retries: number; failed: number; lastError: string | null; lastAt: number }[]
}

export interface SchemaChange {
  subject: string
  version: number
  at: number
  /** In force for messages behind it. */
  sinceSeq: number
  /** Fields that came, went, or changed; null: the first version. */
  change: { added: string[]; removed: string[]; changed: string[] } | null
  /** Pipelines that read the type it describes. */
  pipelines: string[]
}

export interface ValidationError {
  /** `gateway`: refused with an answer; `log`: it came by NATS and was parked. */
  at: 'gateway' | 'log'
  type: string
  code: string
  count: number
  lastAt: number
  /** Of the newest. */
  reason: string | null
  source: string | null
}

export interface SchemaTrouble {
  changes: SchemaChange[]
  errors: ValidationError[]
  /** By step of the range. */
  steps: { at: number; gateway: number; log: number }[]
  stepMs: number
}

export interface UsageStep {
  at: number
  /** CPU by layer, ms. */
  cpuMs: Record<string, number>
}

export interface BusyJob {
  id: string
  kind: JobKind
  pipeline: string
  status: JobStatus
  from: number
  /** Null: it runs. */
  to: number | null
  bytes: number
  /** How long the governor held it. */
  heldMs: number
  /** CPU that batch and reconciliation used for its pipeline while it ran. */
  cpuMs: number
}

/** A stretch in which little was left of the cores, and who used them. */
export interface Contention {
  from: number
  to: number
  /** Of the cores, mean. */
  share: number
  /** Largest first. */
  users: { layer: string; pipeline: string; cpuMs: number }[]
  jobs: string[]
}

export interface ResourceUse {
  stepMs: number
  cores: number
  layers: string[]
  steps: UsageStep[]
  rows: {
    layer: string
    pipeline: string
    cpuMs: number
    bytesRead: number
    bytesWritten: number
    events: number
  }[]
  jobs: BusyJob[]
  contention: Contention[]
}

/** What an engineer digs in, of one stretch of time. */
export interface DebugView {
  at: number
  from: number
  to: number
  pipeline: string
  latency: LatencyHeat | null
  retries: Retries | null
  schemas: SchemaTrouble | null
  usage: ResourceUse | null
}
