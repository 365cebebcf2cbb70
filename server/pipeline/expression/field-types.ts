import type { FieldType } from '../types'

/** What a schema says of a field; `composite` is an object or a list, `unknown` anything. */
export type DeclaredType = FieldType | 'composite' | 'unknown'

/** Declared types by path below `data`, as `fieldKey` writes it; a path that is not listed is unknown. */
export type FieldTypes = ReadonlyMap<string, DeclaredType>

/** Key of a path in `FieldTypes`: names joined by dots, those with a dot or a quote of their own in quotes. */
export function fieldKey(path: readonly string[]): string {
  return path.map((name) => (/[."]/.test(name) ? JSON.stringify(name) : name)).join('.')
}

/** Schemas are trees of references: past this depth a field counts as unknown. */
const maxDepth = 8

/** The types a JSON Schema declares for the fields of an event's data. */
export function fieldTypesOf(schema: unknown): FieldTypes {
  const found = new Map<string, DeclaredType>()
  collect({ root: schema, found }, schema, [])
  return found
}

interface Walk {
  root: unknown
  found: Map<string, DeclaredType>
}

function collect(walk: Walk, schema: unknown, path: string[]): void {
  if (path.length >= maxDepth) return
  for (const part of allParts(walk.root, schema)) {
    if (!isRecord(part.properties)) continue
    for (const [name, child] of Object.entries(part.properties)) {
      const childPath = [...path, name]
      const type = declaredType(walk.root, child, 0)
      const key = fieldKey(childPath)
      const before = walk.found.get(key)
      walk.found.set(key, before === undefined || before === type ? type : 'unknown')
      if (type === 'composite') collect(walk, child, childPath)
    }
  }
}

/** The schema itself behind its references, and the members of its `allOf`. */
function allParts(root: unknown, schema: unknown, depth = 0): Record<string, unknown>[] {
  const resolved = resolve(root, schema)
  if (!isRecord(resolved) || depth > maxDepth) return []
  const members: unknown = resolved.allOf
  const parts = Array.isArray(members) ? members.flatMap((member) => allParts(root, member, depth + 1)) : []
  return [resolved, ...parts]
}

function declaredType(root: unknown, schema: unknown, depth: number): DeclaredType {
  if (depth > maxDepth) return 'unknown'
  const types = new Set<DeclaredType>()
  for (const part of allParts(root, schema)) {
    for (const type of ownTypes(root, part, depth)) types.add(type)
  }
  types.delete('unknown')
  const [only] = types
  return types.size === 1 && only !== undefined ? only : 'unknown'
}

function ownTypes(root: unknown, part: Record<string, unknown>, depth: number): DeclaredType[] {
  const named = typeList(part.type)
  if (named.length > 0) return named
  if (Array.isArray(part.enum)) return merged(part.enum.map(typeOfValue))
  if ('const' in part) return merged([typeOfValue(part.const)])
  const choices: unknown = part.anyOf ?? part.oneOf
  if (Array.isArray(choices))
    return merged(
      choices.filter((choice) => !isNullType(choice)).map((choice) => declaredType(root, choice, depth + 1)),
    )
  return isRecord(part.properties) ? ['composite'] : []
}

function isNullType(schema: unknown): boolean {
  return isRecord(schema) && (schema.type === 'null' || schema.const === null)
}

function typeList(type: unknown): DeclaredType[] {
  const names: unknown[] = Array.isArray(type) ? type : type === undefined ? [] : [type]
  return merged(names.filter((name) => name !== 'null').map(typeOfName))
}

function typeOfName(name: unknown): DeclaredType {
  if (name === 'number' || name === 'integer') return 'number'
  if (name === 'string' || name === 'boolean') return name
  return name === 'object' || name === 'array' ? 'composite' : 'unknown'
}

function typeOfValue(value: unknown): DeclaredType | 'null' {
  if (value === null) return 'null'
  if (typeof value === 'number' || typeof value === 'string' || typeof value === 'boolean') {
    return typeOfName(typeof value)
  }
  return 'composite'
}

/** One type when all agree, unknown when they do not; null says nothing about the type. */
function merged(types: (DeclaredType | 'null')[]): DeclaredType[] {
  const distinct = new Set(types.filter((type) => type !== 'null'))
  const [only] = distinct
  if (only === undefined) return []
  return distinct.size === 1 ? [only] : ['unknown']
}

function resolve(root: unknown, schema: unknown): unknown {
  let current = schema
  for (let step = 0; step < maxDepth; step += 1) {
    if (!isRecord(current) || typeof current.$ref !== 'string') return current
    current = pointed(root, current.$ref)
  }
  return undefined
}

function pointed(root: unknown, reference: string): unknown {
  if (!reference.startsWith('#/')) return undefined
  let current: unknown = root
  for (const part of reference.slice(2).split('/')) {
    const name = part.replaceAll('~1', '/').replaceAll('~0', '~')
    if (!isRecord(current) || !Object.hasOwn(current, name)) return undefined
    current = current[name]
  }
  return current
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
