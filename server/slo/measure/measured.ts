import type { Indicator } from '../model'

/** What is recorded: the indicators, and counts that alerts look at. `rejected`: an event the gateway refused. */
export type Measured = Indicator | 'rejected'

/** What counts for a pipeline that has no objective on the indicator yet; in the indicator's unit. */
export const defaultThresholds: Readonly<Record<Indicator, number>> = {
  latency: 300,
  event_to_view: 5_000,
  batch: 1,
  reconciliation: 2,
  freshness: 5_000,
  correctness: 0.001,
  backlog: 1_000,
  duplicates: 0,
  reruns: 0,
  jobs: 0,
}

/** Bins are of whole units; ratios and shares are binned in thousandths and millionths of theirs. */
export const binScale: Readonly<Record<Measured, number>> = {
  latency: 1,
  event_to_view: 1,
  batch: 1_000,
  reconciliation: 1_000,
  freshness: 1,
  correctness: 1_000_000,
  backlog: 1,
  duplicates: 1,
  reruns: 1,
  jobs: 1,
  rejected: 1,
}
