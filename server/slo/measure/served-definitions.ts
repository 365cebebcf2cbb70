import type { Pool, PoolClient } from '../../clients'
import { parseDefinition, type Definition } from '../../pipeline'
import { selectServed } from './served-definitions-store'

export interface Served {
  computeId: number
  definition: Definition
}

const cache = new Map<number, Definition | null>()

/** Definitions in force, by pipeline; those that this release cannot read are left out. */
export async function servedDefinitions(db: Pick<Pool | PoolClient, 'query'>): Promise<Map<string, Served>> {
  const rows = await selectServed(db)
  const inForce = new Set(rows.map(({ versionId }) => versionId))
  for (const id of cache.keys()) if (!inForce.has(id)) cache.delete(id)
  const served = new Map<string, Served>()
  for (const { name, versionId, computeId, document } of rows) {
    let definition = cache.get(versionId)
    if (definition === undefined) {
      const parsed = parseDefinition(document)
      definition = parsed.ok ? parsed.definition : null
      cache.set(versionId, definition)
    }
    if (definition !== null) served.set(name, { computeId, definition })
  }
  return served
}
