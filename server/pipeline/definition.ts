import { readDocument } from './definition-document'
import { readBudget, readFieldTypes, readObjectives, readTags } from './definition-extras'
import { readExpression, readMeasures } from './definition-measure'
import {
  below,
  isRecord,
  readChoice,
  readDuration,
  readFields,
  readNumber,
  readText,
  refuse,
  required,
  type Fields,
  type Place,
} from './definition-reader'
import { fieldKey, type FieldTypes } from './expression/field-types'
import { fieldsOf } from './expression/fields'
import type { Definition, Expression, FieldType, Problem } from './types'

const second = 1000
const day = 86_400 * second

export const limits = {
  windowMs: { minMs: second, maxMs: 31 * day },
  outOfOrderMs: { minMs: 0, maxMs: day },
  allowedMs: { minMs: 0, maxMs: 31 * day },
  dedupeMs: { minMs: second, maxMs: 7 * day },
  batchMs: { minMs: 10 * second, maxMs: 31 * day },
  cellsMs: { minMs: day, maxMs: 3660 * day },
  keysPerWindow: { min: 1, max: 1_000_000, integer: true },
  keyParts: 5,
} as const

export const apiVersion = 'parallax/v1'
export const namePattern = /^[a-z][a-z0-9-]{0,62}$/
const typePattern = /^[A-Za-z0-9_-]+(\.[A-Za-z0-9_-]+)*$/
const subjectPattern = /^[A-Za-z0-9_.-]+$/

export const specFields = [
  'events',
  'schema',
  'fields',
  'filter',
  'key',
  'window',
  'lateness',
  'dedupe',
  'measures',
  'batch',
  'retention',
  'limits',
  'objectives',
  'budget',
] as const

export type ParsedDefinition = { ok: true; definition: Definition } | { ok: false; problems: Problem[] }

export interface ParseDefinitionOptions {
  /** Types the schema declares; they join those that the document declares in `spec.fields`. */
  fieldTypes?: FieldTypes
}

/** Reads a pipeline's definition: YAML or JSON text, or the parsed document. All problems are reported at once. */
export function parseDefinition(input: unknown, options: ParseDefinitionOptions = {}): ParsedDefinition {
  const read = readDocument(input)
  if (!read.ok) return read
  const problems: Problem[] = []
  const definition = readDefinition(
    { value: read.document, path: '', problems },
    options.fieldTypes ?? new Map(),
  )
  return definition && problems.length === 0 ? { ok: true, definition } : { ok: false, problems }
}

/** The registry subject a document names, valid or not: its types are needed to check the rest. */
export function schemaSubjectOf(input: unknown): string | null {
  const read = readDocument(input)
  const spec = read.ok && isRecord(read.document) ? read.document.spec : null
  const subject = isRecord(spec) ? spec.schema : null
  return typeof subject === 'string' && subjectPattern.test(subject) ? subject : null
}

function readDefinition(root: Place, declared: FieldTypes): Definition | null {
  const top = readFields(root, ['apiVersion', 'kind', 'metadata', 'spec'])
  if (top === null) return null
  const version = required(root, 'apiVersion', top.apiVersion)
  if (version) readChoice(version, [apiVersion])
  const kind = required(root, 'kind', top.kind)
  if (kind) readChoice(kind, ['Pipeline'])
  const metadata = required(root, 'metadata', top.metadata)
  const spec = required(root, 'spec', top.spec)
  const described = metadata && readMetadata(metadata)
  const computed = spec && readSpec(spec, declared)
  return described && computed && { ...described, ...computed }
}

type Metadata = Pick<Definition, 'name' | 'title' | 'owner' | 'tags'>

function readMetadata(place: Place): Metadata | null {
  const fields = readFields(place, ['name', 'title', 'owner', 'tags'])
  if (fields === null) return null
  const namePlace = required(place, 'name', fields.name)
  const name = namePlace && readName(namePlace)
  const title = fields.title ? readText(fields.title, { expected: 'text of 1 to 200 characters' }) : name
  const owner = fields.owner ? readText(fields.owner, { expected: 'text of 1 to 200 characters' }) : 'unowned'
  const tags = fields.tags ? readTags(fields.tags) : {}
  return { name: name ?? '', title: title ?? '', owner: owner ?? '', tags }
}

function readName(place: Place): string | null {
  if (typeof place.value === 'string' && namePattern.test(place.value)) return place.value
  const guess = String(place.value)
    .toLowerCase()
    .replace(/[^a-z0-9]+/g, '-')
    .replace(/^[^a-z]+|-+$/g, '')
  return refuse(
    place,
    'a name of a-z, 0-9 and -, from 1 to 63 characters, starting with a letter',
    namePattern.test(guess) ? guess : undefined,
  )
}

type Spec = Omit<Definition, keyof Metadata>
type SpecFields = Fields<(typeof specFields)[number]>

function readSpec(place: Place, declared: FieldTypes): Spec | null {
  const fields = readFields(place, specFields)
  if (fields === null) return null
  const fieldTypes = readFieldTypes(fields.fields, declared)
  const filter = fields.filter && readExpression(fields.filter, 'boolean', { fieldTypes })
  const key = readKey(fields.key, fieldTypes)
  const measuresPlace = required(place, 'measures', fields.measures)
  const measures = measuresPlace ? readMeasures(measuresPlace, fieldTypes) : []
  const operands = measures.flatMap((measure) =>
    measure.kind === 'count' ? (measure.where ?? []) : measure.of,
  )
  const used = usedTypes([...(filter ? [filter] : []), ...key, ...operands], fieldTypes)
  return {
    ...readEvents(place, fields),
    ...(Object.keys(used).length === 0 ? {} : { fieldTypes: used }),
    filter,
    key,
    ...readTiming(place, fields),
    measures,
    ...readUpkeep(fields),
  }
}

function readEvents(place: Place, fields: SpecFields): Pick<Definition, 'eventType' | 'schemaSubject'> {
  const eventsPlace = required(place, 'events', fields.events)
  const events = eventsPlace && readFields(eventsPlace, ['type'])
  const typePlace = eventsPlace && events && required(eventsPlace, 'type', events.type)
  const expected = 'a CloudEvents type of letters, digits, `_` and `-` in parts joined by dots'
  const eventType = typePlace ? readText(typePlace, { pattern: typePattern, expected }) : null
  const subject = { pattern: subjectPattern, expected: 'a subject of the schema registry' }
  return {
    eventType: eventType ?? '',
    schemaSubject: fields.schema ? readText(fields.schema, subject) : null,
  }
}

/** Without a key all events share one cell per window. */
export const keyOfAll: Expression = { text: '"all"', node: { op: 'literal', type: 'string', value: 'all' } }

function readKey(place: Place | null, fieldTypes: FieldTypes): Expression[] {
  if (place === null) return [keyOfAll]
  if (!Array.isArray(place.value)) {
    const only = readExpression(place, 'string', { fieldTypes })
    return only ? [only] : []
  }
  const parts: unknown[] = place.value
  if (parts.length === 0 || parts.length > limits.keyParts) {
    refuse({ ...place, value: parts.length }, `1 to ${limits.keyParts} expressions`)
  }
  return parts.flatMap((part, at) => readExpression(below(place, at, part), 'string', { fieldTypes }) ?? [])
}

function usedTypes(expressions: Expression[], fieldTypes: FieldTypes): Record<string, FieldType> {
  const paths = expressions.flatMap(({ node }) => fieldsOf(node).map((use) => fieldKey(use.path)))
  const used = [...new Set(paths)].sort().flatMap((path): [string, FieldType][] => {
    const type = fieldTypes.get(path)
    return type === 'number' || type === 'string' || type === 'boolean' ? [[path, type]] : []
  })
  return Object.fromEntries(used)
}

function readTiming(
  place: Place,
  fields: SpecFields,
): Pick<Definition, 'windowSizeMs' | 'lateness' | 'dedupeHorizonMs'> {
  const windowPlace = required(place, 'window', fields.window)
  const window = windowPlace && readFields(windowPlace, ['size'])
  const size = windowPlace && window && required(windowPlace, 'size', window.size)
  const late = fields.lateness && readFields(fields.lateness, ['outOfOrder', 'allowed', 'beyond'])
  const dedupe = fields.dedupe && readFields(fields.dedupe, ['horizon'])
  return {
    windowSizeMs: (size && readDuration(size, limits.windowMs)) ?? 0,
    lateness: {
      outOfOrderMs: late?.outOfOrder ? (readDuration(late.outOfOrder, limits.outOfOrderMs) ?? 0) : 5 * second,
      allowedMs: late?.allowed ? (readDuration(late.allowed, limits.allowedMs) ?? 0) : 30 * second,
      beyond: (late?.beyond && readChoice(late.beyond, ['defer', 'include'])) ?? 'defer',
    },
    dedupeHorizonMs: dedupe?.horizon ? (readDuration(dedupe.horizon, limits.dedupeMs) ?? 0) : 600 * second,
  }
}

/**
 * Keys of one window, unless the definition says otherwise: beyond it somebody puts into the key what is different in
 * every event. The speed layer of the pipeline then stands still and says so; nothing is lost, the log keeps it.
 */
export const defaultKeysPerWindow = 100_000
/** A batch run refuses to stage a version with a window of more keys than so many times the limit. */
export const batchKeysFactor = 10

export const keysPerWindowOf = ({ keysPerWindow }: { keysPerWindow?: number | undefined }): number =>
  keysPerWindow ?? defaultKeysPerWindow

type Upkeep = Pick<Definition, 'batch' | 'retention' | 'keysPerWindow' | 'objectives' | 'budget'>

function readUpkeep(fields: SpecFields): Upkeep {
  const batch = fields.batch && readFields(fields.batch, ['every', 'reconcile', 'tolerance'])
  const retention = fields.retention && readFields(fields.retention, ['versions', 'cells'])
  const bounds = fields.limits && readFields(fields.limits, ['keysPerWindow'])
  const keysPerWindow = bounds?.keysPerWindow && readNumber(bounds.keysPerWindow, limits.keysPerWindow)
  const tolerance = { min: 0, max: 1 }
  const versions = { min: 1, max: 100, integer: true }
  return {
    batch: {
      everyMs: batch?.every ? (readDuration(batch.every, limits.batchMs) ?? 0) : 300 * second,
      reconcile: (batch?.reconcile && readChoice(batch.reconcile, ['auto', 'propose', 'off'])) ?? 'auto',
      tolerance: batch?.tolerance ? (readNumber(batch.tolerance, tolerance) ?? 0) : 0.001,
    },
    retention: {
      versions: retention?.versions ? (readNumber(retention.versions, versions) ?? 0) : 5,
      cellsMs: retention?.cells ? (readDuration(retention.cells, limits.cellsMs) ?? 0) : 400 * day,
    },
    ...(typeof keysPerWindow === 'number' ? { keysPerWindow } : {}),
    objectives: fields.objectives ? readObjectives(fields.objectives) : {},
    budget: fields.budget ? readBudget(fields.budget) : null,
  }
}
