import type { PoolClient } from '../clients'
import type { CompiledPipeline } from '../pipeline'
import { recordCorrections } from '../reconcile'
import { withSpan } from '../platform'
import { publishVersions, type Published } from '../serving'
import { findPipeline } from './pipeline-store'

export interface PublishStaged {
  compiled: CompiledPipeline
  computeId: number
  versionIds: readonly number[]
  actor: string
  reason: string | null
  jobId: string
  check?: () => Promise<void>
}

/** Puts staged versions in force with a correction for every cell whose answer changes, in the caller's transaction. */
export async function publishStaged(
  client: PoolClient,
  { compiled, ...request }: PublishStaged,
): Promise<{ published: Published; corrections: number }> {
  // As long as it has cells: a limit meant for requests must not undo a run at its last step.
  await client.query('SET LOCAL statement_timeout = 0')
  const published = await publishVersions(client, request)
  // Nobody was served from a shadow: what it publishes corrects nothing.
  const stored = await findPipeline(client, published.pipeline)
  if (stored?.computeId !== request.computeId) return { published, corrections: 0 }
  const corrections = await withSpan({ name: 'record corrections', stage: 'reconcile' }, () =>
    recordCorrections(client, { compiled, published, kind: 'publish', jobId: request.jobId }),
  )
  return { published, corrections }
}
