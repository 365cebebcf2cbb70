import { formatBytes, parseBytes } from './definition-bytes'
import {
  readChoice,
  readDuration,
  readFields,
  readMembers,
  readNumber,
  readText,
  refuse,
  required,
  type Place,
} from './definition-reader'
import type { DeclaredType, FieldTypes } from './expression/field-types'
import type { FieldType } from './types'

const day = 86_400_000
const maxTags = 32
const maxFieldTypes = 1000

export function readTags(place: Place): Record<string, string> {
  const members = readMembers(place, 'an object of labels, such as `team: ops`') ?? []
  if (members.length > maxTags) refuse({ ...place, value: members.length }, `at most ${maxTags} tags`)
  const expected = 'text of 1 to 200 characters'
  return Object.fromEntries(
    members.map(([name, member]) => {
      if (!/^[A-Za-z0-9][\w./-]{0,62}$/.test(name)) {
        refuse({ ...member, value: name }, 'a tag name of letters, digits, `.`, `/`, `_` and `-`')
      }
      return [name, readText(member, { expected }) ?? '']
    }),
  )
}

type Bound = (place: Place) => unknown

const longest: Bound = (place) => readDuration(place, { minMs: 1, maxMs: 31 * day })
const ratio: Bound = (place) => readNumber(place, { min: 0, max: 1e6 })

/** What each objective is measured against, beside its target share, and whether that must be said. */
const objectiveBounds: Record<string, { field: string; read: Bound; isRequired: boolean } | null> = {
  freshness: { field: 'under', read: longest, isRequired: true },
  correctness: {
    field: 'divergence',
    read: (place) => readNumber(place, { min: 0, max: 1 }),
    isRequired: true,
  },
  latency: { field: 'under', read: longest, isRequired: true },
  event_to_view: { field: 'under', read: longest, isRequired: true },
  batch: { field: 'within', read: longest, isRequired: false },
  reconciliation: { field: 'ratio', read: ratio, isRequired: false },
  backlog: {
    field: 'events',
    read: (place) => readNumber(place, { min: 0, max: 1e15 }),
    isRequired: false,
  },
  duplicates: null,
  reruns: null,
  jobs: null,
}

const objectiveNames = Object.keys(objectiveBounds)

/** Checked for form, and kept as written. */
export function readObjectives(place: Place): Record<string, unknown> {
  const fields = readFields(place, objectiveNames)
  for (const [name, bound] of Object.entries(objectiveBounds)) {
    const objective = fields?.[name]
    if (!objective) continue
    const parts = readFields(objective, ['target', ...(bound ? [bound.field] : []), 'window'])
    if (parts === null) continue
    const target = required(objective, 'target', parts.target ?? null)
    if (target) readNumber(target, { min: 0, max: 1, open: true })
    if (parts.window) readDuration(parts.window, { minMs: day / 24, maxMs: 400 * day })
    if (bound === null) continue
    const written = parts[bound.field] ?? null
    const value = bound.isRequired ? required(objective, bound.field, written) : written
    if (value) bound.read(value)
  }
  return fields === null ? {} : (place.value as Record<string, unknown>)
}

/** Checked for form, and kept as written. */
export function readBudget(place: Place): Record<string, unknown> | null {
  const fields = readFields(place, ['monthly', 'currency', 'quota'])
  if (fields === null) return null
  const monthly = required(place, 'monthly', fields.monthly)
  if (monthly) readNumber(monthly, { min: 0, max: 1e12 })
  const currency = required(place, 'currency', fields.currency)
  if (currency)
    readText(currency, { pattern: /^[A-Z]{3}$/, expected: 'a currency code of three letters, such as USD' })
  const quota = fields.quota && readFields(fields.quota, ['backfillBytesPerDay'])
  if (quota?.backfillBytesPerDay) readBytes(quota.backfillBytesPerDay)
  return place.value as Record<string, unknown>
}

function readBytes(place: Place): void {
  const bytes = typeof place.value === 'string' ? parseBytes(place.value) : null
  if (bytes !== null && bytes > 0) return
  const near = typeof place.value === 'number' && place.value > 0 ? formatBytes(place.value) : undefined
  refuse(place, 'a size above 0, such as 500MB, 50GB or 1TB', near)
}

const fieldTypeNames: readonly FieldType[] = ['number', 'string', 'boolean']

/**
 * The types the document itself declares, joined with the schema's. Where both declare one they must agree: the
 * document would otherwise mean something else than the events hold.
 */
export function readFieldTypes(place: Place | null, declared: FieldTypes): FieldTypes {
  const members =
    place === null ? [] : (readMembers(place, 'an object of types by field, such as `delay: number`') ?? [])
  if (place !== null && members.length > maxFieldTypes) {
    refuse({ ...place, value: members.length }, `at most ${maxFieldTypes} fields`)
    return declared
  }
  const types = new Map<string, DeclaredType>(declared)
  for (const [path, member] of members) {
    const type = readChoice(member, fieldTypeNames)
    const inSchema = declared.get(path) ?? 'unknown'
    if (type === null) continue
    if (inSchema !== 'unknown' && inSchema !== type) {
      refuse(
        member,
        `${inSchema === 'composite' ? 'no type: it is an object or a list' : inSchema}, as the schema declares`,
        inSchema === 'composite' ? undefined : inSchema,
      )
    } else types.set(path, type)
  }
  return types
}
