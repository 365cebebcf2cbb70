import type { ObjectiveSpec } from '../model'

/** Equal whatever the order of keys: a stored document (jsonb) keeps no order. */
export const sameSpec = (a: ObjectiveSpec, b: ObjectiveSpec): boolean => canonical(a) === canonical(b)

export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`
  if (value === undefined) return 'null'
  if (typeof value !== 'object' || value === null) return JSON.stringify(value)
  const entries = Object.entries(value).filter(([, inner]) => inner !== undefined)
  return `{${entries
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([key, inner]) => `${JSON.stringify(key)}:${canonical(inner)}`)
    .join(',')}}`
}
