import { inTransaction, type PoolClient } from '../../clients'
import { AppError } from '../../platform'
import { readCell, readSeries, readTopKeys } from '../../serving'
import { readable, type Readable } from '../compiled'
import type { Console } from '../console'
import { measureInfo } from '../pipeline-info'
import {
  selectComparisons,
  selectCorrections,
  selectDefinition,
  selectLastReconcile,
  selectSchemas,
} from './explain-store'
import type { CellExplanation, Explanation, TotalExplanation } from './model'
import { schemaSubjectsOf } from './schema-subjects'
import { checkKey, windowOf } from './window-of'

export interface ExplainQuery {
  pipeline: string
  windowStart: number
  /** Null: all keys together, so that one can be chosen. */
  key: string | null
  /** One measure; all when absent. */
  measure?: string | undefined
}

type Deps = Pick<Console, 'pool' | 'clock'>

/** Keys a total lists. */
const keysLimit = 50

export async function explain(deps: Deps, query: ExplainQuery): Promise<Explanation> {
  const target = await readable(deps, query.pipeline)
  const { definition } = target.compiled
  const measures = definition.measures
    .map(measureInfo)
    .filter(({ name }) => query.measure === undefined || name === query.measure)
  if (measures.length === 0)
    throw new AppError(
      'bad_request',
      `Explaining failed: ${definition.name} has no measure ${JSON.stringify(query.measure)}. It has ${definition.measures.map(({ name }) => name).join(', ')}.`,
    )
  const window = windowOf(query.windowStart, definition)
  const context = { ...target, window, measures }
  return query.key === null ? explainTotal(deps, context) : explainOne(deps, context, query.key)
}

interface Context extends Readable {
  window: { from: number; to: number }
  measures: CellExplanation['measures']
}

/** One snapshot for all that is told: the comparison, the corrections and the figure are of the same moment. */
function explainOne(deps: Deps, context: Context, key: string): Promise<CellExplanation> {
  checkKey(key)
  const { stored, compute, compiled, window, measures } = context
  const { definition } = compiled
  const ref = { computeId: compute.id, windowStart: window.from, key }
  const isAsked = ({ measure }: { measure: string }) => measures.some(({ name }) => name === measure)
  const read = async (client: PoolClient): Promise<CellExplanation> => {
    const cell = await readCell(client, { compute, compiled, windowStart: window.from, key })
    const comparisons = await selectComparisons(client, ref, compute.pipeline)
    const now = await selectSchemas(client, schemaSubjectsOf(definition))
    const kept = [...cell.speed, ...cell.replaced]
    const sum = (count: 'late' | 'duplicate' | 'invalid') =>
      kept.reduce((total, epoch) => total + epoch[count], 0)
    const only = <T>(values: Record<string, T>) =>
      Object.fromEntries(Object.entries(values).filter(([measure]) => isAsked({ measure })))
    return {
      kind: 'cell',
      pipeline: definition.name,
      eventType: definition.eventType,
      windowStart: window.from,
      windowEnd: window.to,
      key,
      at: deps.clock.now(),
      measures,
      tolerance: definition.batch.tolerance,
      exists: cell.exists,
      served: {
        measures: only(cell.measures),
        events: cell.events,
        completeness: cell.completeness,
        hole: cell.hole,
      },
      publication: cell.publication,
      version: cell.version && { ...cell.version, measures: only(cell.version.measures) },
      speed: cell.speed.map((part) => ({ ...part, measures: only(part.measures) })),
      replaced: cell.replaced.map((part) => ({ ...part, measures: only(part.measures) })),
      speedAtCut: cell.speedAtCut && only(cell.speedAtCut),
      partitions: cell.partitions,
      holes: cell.holes,
      counts: { late: sum('late'), duplicate: sum('duplicate'), invalid: sum('invalid') },
      comparisons: comparisons.map((item) => ({ ...item, measures: item.measures.filter(isAsked) })),
      lastReconcile: await selectLastReconcile(client, ref),
      schemas: schemaSubjectsOf(definition).flatMap((subject) => {
        const atCut = cell.version?.schemas[subject] ?? null
        const newest = now.get(subject) ?? null
        return atCut === null && newest === null ? [] : [{ subject, atCut, now: newest }]
      }),
      definition: await selectDefinition(client, stored.name, stored.version),
      corrections: await selectCorrections(client, ref),
    }
  }
  return inTransaction(deps.pool, read, 'REPEATABLE READ')
}

async function explainTotal(deps: Deps, context: Context): Promise<TotalExplanation> {
  const { compute, compiled, window, measures } = context
  const ranked = measures.find(({ kind, of }) => kind === 'count' && of === null) ?? measures[0]
  if (ranked === undefined) throw new Error('a definition without measures')
  const target = { compute, compiled, ...window }
  const top = await readTopKeys(deps.pool, { ...target, measure: ranked.name, limit: keysLimit })
  const { points } = await readSeries(deps.pool, {
    ...target,
    measure: measures.length === 1 ? ranked.name : undefined,
    layers: ['merged'],
  })
  const [point] = points
  return {
    kind: 'total',
    pipeline: compute.pipeline,
    windowStart: window.from,
    windowEnd: window.to,
    at: deps.clock.now(),
    measures,
    measure: ranked.name,
    completeness: point?.completeness ?? null,
    hole: point?.hole ?? null,
    total: point?.merged ?? {},
    keys: top.keys.map(({ key, value, share, completeness }) => ({ key, value, share, completeness })),
    keyCount: top.total,
  }
}
