import { canonicalJson } from '../canonical-json'

export interface FieldChange {
  /** As in the document: `spec.window.size`. */
  path: string
  /** Null: the field is not there. */
  before: string | null
  after: string | null
}

/** Field by field, what differs between two documents; lists are one field each. */
export function documentDiff(before: unknown, after: unknown): FieldChange[] {
  const [old, fresh] = [fieldsOf(before), fieldsOf(after)]
  return [...new Set([...old.keys(), ...fresh.keys()])].sort().flatMap((path) => {
    const change = { path, before: old.get(path) ?? null, after: fresh.get(path) ?? null }
    return change.before === change.after ? [] : [change]
  })
}

function fieldsOf(document: unknown, path = '', fields = new Map<string, string>()): Map<string, string> {
  if (typeof document === 'object' && document !== null && !Array.isArray(document)) {
    for (const [name, member] of Object.entries(document))
      fieldsOf(member, path === '' ? name : `${path}.${name}`, fields)
  } else if (document !== undefined)
    fields.set(path, typeof document === 'string' ? document : canonicalJson(document))
  return fields
}
