import type { BucketValue, MapEntry, PositionRow as Locked, SpeedCounters, VersionRow } from '../serving'
import type { Table } from './memory-db'

export interface PositionRow extends Locked {
  watermark: number | null
  logTime: number | null
  owner: string | null
  leaseUntil: number | null
  counters: SpeedCounters
}

export interface BucketRow extends BucketValue {
  computeId: number
  windowStart: number
  key: string
  epoch: number
  partition: number
}

export interface ClosedRow {
  computeId: number
  partition: number
  epoch: number
  seq: number
  watermark: number | null
  closedAt: number
}

export interface ComputeRow {
  id: number
  pipeline: string
  type: string
  partitions: number
  publication: number
}

export interface CellRow {
  versionId: number
  windowStart: number
  key: string
  acc: (string | null)[]
}

export interface RangeRow extends MapEntry {
  id: number
  computeId: number
  since: number
  until: number | null
}

export interface PublicationRow {
  computeId: number
  number: number
  kind: 'publish' | 'rollback'
  jobId: string | null
  at: number
}

export interface WorkerRow {
  id: string
  pid: number
  scope: string
  at: number
}

export interface JobRow {
  id: string
  pipeline: string
  status: 'queued' | 'running' | 'succeeded' | 'failed' | 'cancelled' | 'partial'
  owner: string | null
  fence: number
  attempts: number
  maxAttempts: number
  leaseUntil: number | null
  runAfter: number
  createdAt: number
  cancelRequested: boolean
}

export interface ArchiveRow {
  seq: number
  fence: number
  owner: string | null
  leaseUntil: number | null
}

/** The rows that the protocols read and write, as the product's tables hold them. */
export class Tables {
  readonly positions: Table<PositionRow> = new Map()
  readonly buckets: Table<BucketRow> = new Map()
  readonly closed: Table<ClosedRow> = new Map()
  readonly computes: Table<ComputeRow> = new Map()
  readonly versions: Table<VersionRow> = new Map()
  readonly cells: Table<CellRow> = new Map()
  readonly chunks: Table<{ versionId: number; from: number; to: number; rows: number }> = new Map()
  readonly ranges: Table<RangeRow> = new Map()
  readonly publications: Table<PublicationRow> = new Map()
  readonly vacuumed: Table<readonly { from: number; to: number; epoch: number }[]> = new Map()
  readonly workers: Table<WorkerRow> = new Map()
  readonly jobs: Table<JobRow> = new Map()
  readonly archive: Table<ArchiveRow> = new Map()
  readonly segments: Table<{ seqFrom: number; seqTo: number }> = new Map()
  #last = 0

  /** As a sequence of Postgres: a number is given once, whatever becomes of the transaction. */
  nextId(): number {
    return ++this.#last
  }
}
