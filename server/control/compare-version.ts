import type { CompiledPipeline } from '../pipeline'
import { withSpan } from '../platform'
import { compareStaged, type ComparisonSummary } from '../reconcile'
import type { BatchDeps } from './batch-deps'

/** Compares a staged version with what was served at its cut, and keeps what it found. */
export const compareVersion = (
  { pool, clock, engine, archive }: BatchDeps,
  request: { compiled: CompiledPipeline; versionId: number; signal: AbortSignal },
): Promise<ComparisonSummary> =>
  withSpan({ name: 'compare', stage: 'reconcile', attributes: { version: request.versionId } }, () =>
    compareStaged({ pool, clock, engine, archive }, request),
  )
