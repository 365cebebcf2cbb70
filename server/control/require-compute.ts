import type { Pool } from '../clients'
import { AppError } from '../platform'
import { findPipeline, selectShadows, type StoredPipeline } from './pipeline-store'

/** The definition a job was made for. What is computed may have changed since: then its result would answer nobody. */
export async function requireCompute(pool: Pool, name: string, computeId: number): Promise<StoredPipeline> {
  const stored = await findPipeline(pool, name)
  if (stored?.deletedAt !== null)
    throw new AppError('gone', `The job was given up: the pipeline ${name} was removed.`)
  if (stored.computeId === computeId) return stored
  const shadow = (await selectShadows(pool, [name])).get(name)
  if (shadow?.computeId !== computeId)
    throw new AppError(
      'gone',
      `The job was given up: the definition of ${name} was changed since. Plan it again.`,
    )
  return shadow
}
