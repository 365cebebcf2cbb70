import type { JobRunner } from './batch-deps'
import type { JobKind } from './model'
import { runRedrive } from './redrive'
import { runGuard } from './run-guard'
import { runPreview } from './run-preview'
import { runRecompute } from './run-recompute'

/** Who does which kind of job. Kinds that are not here are done in the transaction that makes them. */
export const jobRunners: Partial<Record<JobKind, JobRunner>> = {
  scheduled: runRecompute,
  reconcile: runRecompute,
  backfill: runRecompute,
  preview: runPreview,
  guard: runGuard,
  redrive: runRedrive,
}
