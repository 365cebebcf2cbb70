import type { Nats, Pool, PoolClient } from '../../clients'
import { logBytesByType } from '../../log'
import {
  archivedBytes,
  databaseBytes,
  ownedRelations,
  type OwnedRelation,
  type StoredPart,
} from './stored-bytes-store'
import { ofType, splitExact } from '../../slo'

/**
 * Bytes on disk now: the archive's files and the log by event type (`ofType`), the store's relations by pipeline, the
 * rest of both of nobody.
 */
export async function measureStored(deps: {
  pool: Pick<Pool | PoolClient, 'query'>
  nats: Nats
}): Promise<StoredPart[]> {
  const archived = await archivedBytes(deps.pool)
  const log = await logBytesByType(deps.nats)
  const relations = await ownedRelations(deps.pool)
  const database = await databaseBytes(deps.pool)
  return [
    ...archived,
    ...log.types.map(({ type, bytes }) => ({ pipeline: ofType(type), bytes })),
    { pipeline: '', bytes: log.other },
    ...shareRelations(relations, database),
  ]
}

/** Each relation by the rows of whom it holds; what the database holds beyond them is nobody's. */
export function shareRelations(relations: readonly OwnedRelation[], database: number): StoredPart[] {
  const shared = relations.flatMap(({ bytes, parts }) => {
    if (parts.length === 0) return [{ pipeline: '', bytes }]
    const shares = splitExact(
      bytes,
      parts.map(({ weight }) => weight),
    )
    return parts.map(({ pipeline }, i) => ({ pipeline, bytes: shares[i] ?? 0 }))
  })
  const known = relations.reduce((sum, { bytes }) => sum + bytes, 0)
  return [...shared, { pipeline: '', bytes: Math.max(0, database - known) }]
}
