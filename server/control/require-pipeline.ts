import type { Pool } from '../clients'
import { AppError } from '../platform'
import { findPipeline, type StoredPipeline } from './pipeline-store'

/** The pipeline of a name; throws `not_found` when there is none or it was removed. */
export async function requirePipeline({ pool }: { pool: Pool }, name: string): Promise<StoredPipeline> {
  const stored = name.includes('\0') ? null : await findPipeline(pool, name)
  if (stored?.deletedAt !== null)
    throw new AppError(
      'not_found',
      `There is no pipeline ${JSON.stringify(name.slice(0, 128))}. List the pipelines and choose one.`,
    )
  return stored
}
