import { createHash } from 'node:crypto'
import type { Definition, Measure } from './types'

/** Raised when the same definition comes to mean other numbers, so that its history is computed anew. */
const semanticsVersion = 1

/**
 * Names what is computed: definitions with the same hash share their data. Expressions count by what they mean, not
 * by how they are written.
 */
export function computeHash(definition: Definition): string {
  const { eventType, schemaSubject, filter, key, windowSizeMs, lateness, dedupeHorizonMs } = definition
  const computed = {
    semanticsVersion,
    eventType,
    schemaSubject,
    filter: filter?.node ?? null,
    key: key.map((part) => part.node),
    windowSizeMs,
    lateness,
    dedupeHorizonMs,
    measures: definition.measures.map(measureMeaning),
  }
  return createHash('sha256').update(canonicalJson(computed)).digest('hex')
}

function measureMeaning(measure: Measure): unknown {
  if (measure.kind === 'count') return { ...measure, where: measure.where?.node ?? null }
  return { ...measure, of: measure.of.node }
}

/** JSON with sorted names. */
function canonicalJson(value: unknown): string {
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`
  const entries = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))
  return `{${entries.map(([name, item]) => `${JSON.stringify(name)}:${canonicalJson(item)}`).join(',')}}`
}
