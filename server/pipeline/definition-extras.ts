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

/** What each objective is measured against, beside its target share. */
const objectiveFields = {
  freshness: ['target', 'under'],
  correctness: ['target', 'divergence'],
  latency: ['target', 'under'],
} as const

export const objectiveNames = ['freshness', 'correctness', 'latency'] as const

/** Checked for form, and kept as written. */
export function readObjectives(place: Place): Record<string, unknown> {
  const fields = readFields(place, objectiveNames)
  for (const name of objectiveNames) {
    const objective = fields?.[name]
    if (!objective) continue
    const parts = readFields<'target' | 'under' | 'divergence'>(objective, objectiveFields[name])
    if (parts === null) continue
    const target = required(objective, 'target', parts.target)
    if (target) readNumber(target, { min: 0, max: 1, open: true })
    if (name === 'correctness') {
      const divergence = required(objective, 'divergence', parts.divergence)
      if (divergence) readNumber(divergence, { min: 0, max: 1 })
    } else {
      const under = required(objective, 'under', parts.under)
      if (under) readDuration(under, { minMs: 1, maxMs: 31 * day })
    }
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
