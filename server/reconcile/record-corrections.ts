import type { PoolClient } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import type { Published } from '../serving'

export interface CorrectionsRequest {
  compiled: CompiledPipeline
  /** What publishVersions or rollbackTo returned, in the same transaction. */
  published: Published
  kind: 'publish' | 'rollback'
  jobId: string | null
}

/** Writes a correction for each cell whose answer the publication changes; resolves to how many. */
export function recordCorrections(_client: PoolClient, request: CorrectionsRequest): Promise<number> {
  return Promise.reject(new Error(`recording corrections of ${request.published.pipeline}`))
}
