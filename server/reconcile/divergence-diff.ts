import type { Pool } from '../clients'
import type { CompiledPipeline, MeasureValue } from '../pipeline'
import type { Cause } from './divergence-words'

/** What publishing staged versions would change; written as a preview's `diff`. */
export interface PreviewDiff {
  cells: number
  /** Cells whose answer changes. */
  changed: number
  beyond: number
  drifting: number
  inFlight: number
  largest: DiffCell[]
  /** The windows that change most, in order of time. */
  windows: DiffWindow[]
  /** Decimal text by measure and cause. */
  causes: Record<string, Partial<Record<Cause, string>>>
}

export interface DiffCell {
  windowStart: number
  key: string
  measure: string
  before: MeasureValue
  after: MeasureValue
  relative: number
  mainCause: Cause
}

export interface DiffWindow {
  windowStart: number
  windowEnd: number
  cells: number
  changed: number
  /** Largest relative change in it. */
  largest: number
  /** Measures that add up over keys, as decimal text. */
  totals: Record<string, { before: string; after: string }>
}

export interface DiffLimits {
  largest?: number
  windows?: number
}

export function divergenceDiff(
  _pool: Pool,
  request: { compiled: CompiledPipeline; versionIds: readonly number[]; limits?: DiffLimits },
): Promise<PreviewDiff> {
  return Promise.reject(new Error(`the difference of ${request.versionIds.length} versions`))
}
