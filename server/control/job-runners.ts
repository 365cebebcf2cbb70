import type { JobRunner } from './batch-deps'
import type { JobKind } from './model'
import { runRedrive } from './redrive'
import { runRecompute } from './run-recompute'

/** Who does which kind of job. Kinds that are not here are done in the transaction that makes them. */
export const jobRunners: Partial<Record<JobKind, JobRunner>> = {
  scheduled: runRecompute,
  reconcile: runRecompute,
  backfill: runRecompute,
  redrive: runRedrive,
}
