import { inTransaction, type Pool, type PoolClient } from '../../clients'
import { parseDefinition, type Definition } from '../../pipeline'
import { logger } from '../../platform'
import { fleetObjectives, objectivesOf, type SourcedSpec } from './defaults'
import {
  lockObjectives,
  markRemoved,
  putObjective,
  selectObjectives,
  type StoredObjective,
} from './objective-store'
import { sameSpec } from './same-spec'
import { servedPipelines } from './served-store'

const actor = 'parallax'

interface Difference {
  put: SourcedSpec[]
  removed: string[]
}

/**
 * Brings objectives in line with the pipelines that are served: defaults, overridden by definitions, overridden by
 * what people made in the console.
 */
export async function syncObjectives(pool: Pool, definitions: DefinitionCache): Promise<StoredObjective[]> {
  const stored = await selectObjectives(pool)
  const difference = differenceOf(stored, await definitions.read(pool))
  if (difference.put.length === 0 && difference.removed.length === 0) return stored
  return inTransaction(pool, async (client) => {
    await lockObjectives(client)
    // Somebody may have saved one since.
    const now = differenceOf(await selectObjectives(client), await definitions.read(client))
    await markRemoved(client, now.removed)
    for (const { spec, pipeline, source } of now.put) {
      const reason = source === 'default' ? 'every pipeline has it' : "the pipeline's definition says it"
      await putObjective(client, { spec, pipeline, source, actor, reason })
    }
    return selectObjectives(client)
  })
}

function differenceOf(stored: readonly StoredObjective[], served: readonly Definition[]): Difference {
  const names = new Set(served.map(({ name }) => name))
  const own = served.flatMap(objectivesOf)
  const wanted = new Map([...own, ...fleetObjectives(own)].map((one) => [one.spec.id, one]))
  const known = new Map(stored.map((one) => [one.id, one]))
  return {
    put: [...wanted.values()].filter(({ spec, source }) => {
      const current = known.get(spec.id)
      if (current === undefined) return true
      if (current.source === 'console') return false
      return current.source !== source || !sameSpec(current.spec, spec)
    }),
    removed: stored
      .filter(({ id, pipeline, source }) =>
        pipeline !== null && !names.has(pipeline) ? true : source !== 'console' && !wanted.has(id),
      )
      .map(({ id }) => id),
  }
}

/** Definitions in force, parsed once a version. */
export class DefinitionCache {
  private byVersion = new Map<number, Definition | null>()

  async read(db: Pool | PoolClient): Promise<Definition[]> {
    const served = await servedPipelines(db)
    const known = this.byVersion
    this.byVersion = new Map(
      served.map(({ versionId, name, document }) => [
        versionId,
        known.has(versionId) ? (known.get(versionId) ?? null) : parsed(name, document),
      ]),
    )
    return [...this.byVersion.values()].filter((definition) => definition !== null)
  }
}

/** A document in force was valid when it was applied; one that an older release applied may not be any more. */
function parsed(name: string, document: unknown): Definition | null {
  const result = parseDefinition(document)
  if (result.ok) return result.definition
  logger('objectives').warn({ pipeline: name, problems: result.problems }, 'a definition could not be read')
  return null
}
