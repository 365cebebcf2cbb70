import { dataPathOf, parseExpression } from './expression/parse'
import { fieldKey, type FieldTypes } from './expression/field-types'
import {
  below,
  isRecord,
  readChoice,
  readFields,
  readMembers,
  readNumber,
  refuse,
  type Place,
} from './definition-reader'
import { nearest } from './expression/nearest'
import type { Expression, FieldType, Measure, NumberType } from './types'

export const maxMeasures = 50
export const measureKinds = ['count', 'sum', 'min', 'max', 'mean', 'distinct', 'quantile'] as const
export const numberTypes = ['int', 'float', 'decimal'] as const
export const measureNamePattern = /^[a-z][a-z0-9_]{0,62}$/

type Kind = (typeof measureKinds)[number]
type NumericKind = 'sum' | 'min' | 'max' | 'mean'

const fieldNames = [...measureKinds, 'type', 'scale', 'q'] as const
type MeasureFields = NonNullable<ReturnType<typeof readFields<(typeof fieldNames)[number]>>>

export function readMeasures(place: Place, fieldTypes: FieldTypes): Measure[] {
  const members =
    readMembers(place, 'an object of measures by name, such as `flights: { count: true }`') ?? []
  if (isRecord(place.value) && (members.length === 0 || members.length > maxMeasures)) {
    refuse({ ...place, value: members.length }, `1 to ${maxMeasures} measures`)
    return []
  }
  const measures = members.flatMap(([name, member]) => readMeasure(name, member, fieldTypes) ?? [])
  return measures.sort((a, b) => (a.name < b.name ? -1 : 1))
}

function readMeasure(name: string, place: Place, fieldTypes: FieldTypes): Measure | null {
  if (!measureNamePattern.test(name)) {
    refuse(
      { ...place, value: name },
      'a measure name of a-z, 0-9 and _, from 1 to 63 characters, starting with a letter',
    )
  }
  const fields = readFields(place, fieldNames)
  if (fields === null) return null
  const kinds = measureKinds.filter((kind) => fields[kind] !== null)
  const [kind] = kinds
  if (kind === undefined || kinds.length > 1) return refuseKinds(place, kinds)
  refuseStray(kind, fields)
  const of = fields[kind]
  if (of === null) return null
  switch (kind) {
    case 'count':
      return readCount(name, of, fieldTypes)
    case 'distinct':
      return readDistinct(name, of, fieldTypes)
    case 'quantile':
      return readQuantile(name, { place, of, q: fields.q }, fieldTypes)
    default:
      return readNumeric({ name, kind }, fields, fieldTypes)
  }
}

function refuseKinds(place: Place, kinds: Kind[]): null {
  const written = isRecord(place.value) ? Object.keys(place.value) : []
  const unknown = written.find((field) => !fieldNames.some((known) => known === field))
  return refuse(
    kinds.length > 1 ? { ...place, value: kinds } : place,
    `exactly one of ${measureKinds.join(', ')}`,
    kinds[0] ?? (unknown === undefined ? undefined : nearest(unknown, measureKinds)),
  )
}

/** `type`, `scale` and `q` belong to some kinds only. */
function refuseStray(kind: Kind, { type, scale, q }: MeasureFields): void {
  const isNumeric = kind === 'sum' || kind === 'min' || kind === 'max' || kind === 'mean'
  if (type !== null && !isNumeric) refuse(type, `no type: ${kind} has none; sum, min, max and mean do`)
  if (scale !== null && (!isNumeric || type?.value !== 'decimal')) {
    refuse(scale, 'no scale, or `type: decimal` beside it')
  }
  if (q !== null && kind !== 'quantile') refuse(q, `no q: ${kind} has none; quantile does`)
}

function readCount(name: string, of: Place, fieldTypes: FieldTypes): Measure | null {
  if (of.value === true) return { name, kind: 'count', where: null }
  if (typeof of.value !== 'string') return refuse(of, 'true, or the condition of the events to count', 'true')
  const where = readExpression(of, 'boolean', { fieldTypes })
  return where && { name, kind: 'count', where }
}

/** Distinct values are told apart by their text. */
function readDistinct(name: string, place: Place, fieldTypes: FieldTypes): Measure | null {
  const of = readExpression(place, ['string', 'number', 'boolean'], { fieldTypes })
  if (of === null) return null
  if (of.node.type === 'string') return { name, kind: 'distinct', of }
  return { name, kind: 'distinct', of: { ...of, node: { op: 'toText', type: 'string', args: [of.node] } } }
}

interface QuantilePlaces {
  place: Place
  of: Place
  q: Place | null
}

function readQuantile(
  name: string,
  { place, of: operand, q: qPlace }: QuantilePlaces,
  fieldTypes: FieldTypes,
): Measure | null {
  const of = readExpression(operand, 'number', { fieldTypes })
  const q = readNumber(qPlace ?? below(place, 'q', undefined), { min: 0, max: 1, open: true })
  return of && q !== null ? { name, kind: 'quantile', of, q } : null
}

function readNumeric(
  { name, kind }: { name: string; kind: NumericKind },
  fields: MeasureFields,
  fieldTypes: FieldTypes,
): Measure | null {
  const operand = fields[kind]
  const type: NumberType | null = fields.type ? readChoice(fields.type, numberTypes) : 'float'
  const scale = fields.scale ? readNumber(fields.scale, { min: 0, max: 18, integer: true }) : null
  if (operand === null || type === null) return null
  const raw = type !== 'float' && typeof operand.value === 'string' && readsRaw(operand.value, fieldTypes)
  const of = readExpression(operand, 'number', { fieldTypes, rawField: raw })
  return of && { name, kind, of, type, scale, raw }
}

/** A bare field of exact numbers, which JSON may hold as a number or as text; not one declared to be neither. */
function readsRaw(text: string, fieldTypes: FieldTypes): boolean {
  const path = dataPathOf(text)
  const declared = path === null ? 'unknown' : fieldTypes.get(fieldKey(path))
  return path !== null && declared !== 'boolean' && declared !== 'composite'
}

export function readExpression(
  place: Place,
  expected: FieldType | FieldType[],
  options: { fieldTypes: FieldTypes; rawField?: boolean },
): Expression | null {
  if (typeof place.value !== 'string') return refuse(place, 'a CEL expression, such as `data.amount`')
  const parsed = parseExpression(place.value, expected, { ...options, path: place.path })
  if (parsed.ok) return parsed.expression
  place.problems.push(parsed.problem)
  return null
}
