import type { Range } from './window-range'

/** After a flip it is watched for `minutes`, and taken back by itself when one of the bounds is crossed. */
export interface GuardOptions {
  minutes: number
  /** Highest relative divergence a comparison after the flip may find. */
  divergence?: number | undefined
  /** Longest lag of the speed layer, in seconds. */
  freshnessS?: number | undefined
}

/** What reconcile and backfill have in common. */
export interface RecomputeOptions {
  /** Compute it now, on staged versions, and show the real difference; applying then publishes these. */
  preview?: boolean | undefined
  guard?: GuardOptions | undefined
}

export interface RecomputeRequest extends Range {
  /** Only windows in which one of these keys has a cell. */
  keys?: string[] | undefined
  options?: RecomputeOptions | undefined
}

export interface BackfillOptions extends RecomputeOptions {
  /**
   * `missing`: windows no version answers for. `failed`: windows of ranges that failed in the last job that tried them.
   * `divergent`: windows in which the last comparison found a difference.
   */
  mode: 'all' | 'missing' | 'failed' | 'divergent'
  order?: 'oldest' | 'newest' | undefined
  /** Not before this instant. */
  runAt?: number | undefined
  /** With mode `failed`: only what failed in this job. */
  retryOf?: string | undefined
}

export interface BackfillRequest extends Omit<RecomputeRequest, 'options'> {
  options: BackfillOptions
}
