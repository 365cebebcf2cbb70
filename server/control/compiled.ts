import type { Pool } from '../clients'
import { compilePipeline, type CompiledPipeline } from '../pipeline'
import type { UsageMeter } from '../slo'
import { readWeight } from './cost/metered-appender'
import { definitionOf } from './pipeline-info'
import type { StoredPipeline } from './pipeline-store'
import { requirePipeline } from './require-pipeline'

const compiledLimit = 500
const compiledByVersion = new Map<number, CompiledPipeline>()

/** A definition compiled once per process; a version never changes, so its row's id names it. */
export function compiledOf(
  stored: Pick<StoredPipeline, 'name' | 'versionId' | 'document'>,
): CompiledPipeline {
  const known = compiledByVersion.get(stored.versionId)
  if (known) return known
  const compiled = compilePipeline(definitionOf(stored))
  compiledByVersion.set(stored.versionId, compiled)
  if (compiledByVersion.size > compiledLimit)
    compiledByVersion.delete(compiledByVersion.keys().next().value ?? stored.versionId)
  return compiled
}

export interface Readable {
  stored: StoredPipeline
  compute: { id: number; pipeline: string }
  compiled: CompiledPipeline
}

/** A pipeline as the serving room reads it. */
export async function readable(
  deps: { pool: Pool; usage?: UsageMeter | undefined },
  name: string,
): Promise<Readable> {
  const stored = await requirePipeline(deps, name)
  deps.usage?.note({ layer: 'serving', pipeline: stored.name, weight: readWeight })
  return { stored, compute: { id: stored.computeId, pipeline: stored.name }, compiled: compiledOf(stored) }
}
