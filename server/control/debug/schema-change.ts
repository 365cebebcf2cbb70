import type { SchemaChange } from './model'

/** What came, went or changed between two JSON Schemas, field by field; null: there was none before. */
export function schemaChange(before: string | null, after: string): SchemaChange['change'] {
  if (before === null) return null
  const [old, now] = [fieldsOf(before), fieldsOf(after)]
  return {
    added: [...now.keys()].filter((path) => !old.has(path)),
    removed: [...old.keys()].filter((path) => !now.has(path)),
    changed: [...now].flatMap(([path, says]) => (old.has(path) && old.get(path) !== says ? [path] : [])),
  }
}

const depthLimit = 12

/** Each field by its path, with everything said about it but its own fields. */
function fieldsOf(text: string): Map<string, string> {
  const fields = new Map<string, string>()
  try {
    collect(JSON.parse(text), '', fields, 0)
  } catch {
    return fields
  }
  return fields
}

function collect(schema: unknown, path: string, fields: Map<string, string>, depth: number): void {
  if (!isRecord(schema) || depth > depthLimit) return
  const { properties, items, required, ...rest } = schema
  const needed = Array.isArray(required) ? required.filter((name) => typeof name === 'string') : []
  if (path !== '') fields.set(path, `${fields.get(path) ?? ''}${JSON.stringify(rest, sortedKeys)}`)
  if (isRecord(properties))
    for (const [name, field] of Object.entries(properties)) {
      const below = path === '' ? name : `${path}.${name}`
      fields.set(below, needed.includes(name) ? 'required ' : 'optional ')
      collect(field, below, fields, depth + 1)
    }
  collect(items, `${path}[]`, fields, depth + 1)
}

const sortedKeys = (_: string, value: unknown): unknown =>
  isRecord(value) ? Object.fromEntries(Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1))) : value

const isRecord = (value: unknown): value is Record<string, unknown> =>
  typeof value === 'object' && value !== null && !Array.isArray(value)
