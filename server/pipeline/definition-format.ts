import { apiVersion, keyOfAll } from './definition'
import { formatDuration } from './definition-duration'
import type { Definition, Expression, Measure } from './types'

/** The document of a definition, defaults written out; reading it gives the same definition again. */
export function formatDefinition(definition: Definition): Record<string, unknown> {
  const { name, title, owner, tags, lateness, batch, retention } = definition
  return {
    apiVersion,
    kind: 'Pipeline',
    metadata: { name, title, owner, ...(isEmpty(tags) ? {} : { tags }) },
    spec: {
      events: { type: definition.eventType },
      ...(definition.schemaSubject === null ? {} : { schema: definition.schemaSubject }),
      ...(definition.fieldTypes === undefined ? {} : { fields: definition.fieldTypes }),
      ...(definition.filter === null ? {} : { filter: definition.filter.text }),
      ...keyOf(definition.key),
      window: { size: formatDuration(definition.windowSizeMs) },
      lateness: {
        outOfOrder: formatDuration(lateness.outOfOrderMs),
        allowed: formatDuration(lateness.allowedMs),
        beyond: lateness.beyond,
      },
      dedupe: { horizon: formatDuration(definition.dedupeHorizonMs) },
      measures: Object.fromEntries(
        definition.measures.map((measure) => [measure.name, formatMeasure(measure)]),
      ),
      batch: {
        every: formatDuration(batch.everyMs),
        reconcile: batch.reconcile,
        tolerance: batch.tolerance,
      },
      retention: { versions: retention.versions, cells: formatDuration(retention.cellsMs) },
      ...(definition.keysPerWindow === undefined
        ? {}
        : { limits: { keysPerWindow: definition.keysPerWindow } }),
      ...(isEmpty(definition.objectives) ? {} : { objectives: definition.objectives }),
      ...(definition.budget === null ? {} : { budget: definition.budget }),
    },
  }
}

function keyOf(key: Expression[]): { key?: string | string[] } {
  const [first, ...more] = key
  if (first === undefined || (more.length === 0 && first.text === keyOfAll.text)) return {}
  return { key: more.length === 0 ? first.text : key.map((part) => part.text) }
}

function formatMeasure(measure: Measure): Record<string, unknown> {
  switch (measure.kind) {
    case 'count':
      return { count: measure.where === null ? true : measure.where.text }
    case 'distinct':
      return { distinct: measure.of.text }
    case 'quantile':
      return { quantile: measure.of.text, q: measure.q }
    default:
      return {
        [measure.kind]: measure.of.text,
        type: measure.type,
        ...(measure.scale === null ? {} : { scale: measure.scale }),
      }
  }
}

function isEmpty(value: object): boolean {
  return Object.keys(value).length === 0
}
