import type { FieldType } from '../types'
import { booleanText, finite, numberOfText, numberText, textLiteral } from './sql-values'

/** The archive as a query sees it. */
export interface SqlRelation {
  /** False: a segment overflowed the limit of shredded columns, so fields are read from the JSON text. */
  shredded: boolean
  /**
   * Exact names of the shredded columns that exist in any scanned segment; a field without one is NULL.
   * When absent all are taken to exist, and no two to differ by case only.
   */
  columns?: ReadonlySet<string>
  /** The CloudEvents type, which the archive has no column for. */
  eventType: string
  /** Qualifies the columns. */
  alias?: string
}

const prefixes = { number: 'n', string: 's', boolean: 'b' } as const
export const sqlTypes = { number: 'DOUBLE', string: 'VARCHAR', boolean: 'BOOLEAN' } as const

/** Nested objects are flattened to this many names. */
export const maxShreddedDepth = 4

/**
 * Archive column of a scalar field, such as `n:deep.x`. Null where there is none: below the flattened depth, and
 * for names with a dot, which would stand for another path as well.
 */
export function shreddedColumn(type: FieldType, path: readonly string[]): string | null {
  if (path.length > maxShreddedDepth || path.some((name) => name === '' || name.includes('.'))) return null
  return `${prefixes[type]}:${path.join('.')}`
}

export function identifier(name: string): string {
  return `"${name.replaceAll('"', '""')}"`
}

export function columnSql(relation: SqlRelation, name: string): string {
  return relation.alias === undefined ? identifier(name) : `${identifier(relation.alias)}.${identifier(name)}`
}

/** A field's value when it has the JSON type, else NULL. */
export function fieldSql(relation: SqlRelation, type: FieldType, path: readonly string[]): string {
  const access = shreddedAccess(relation, type, path)
  if (access === 'absent') return `CAST(NULL AS ${sqlTypes[type]})`
  return access === 'json' ? jsonField(relation, type, path) : access.sql
}

export function fieldTextSql(relation: SqlRelation, path: readonly string[]): string {
  const [text, number, boolean] = scalars(relation, path)
  return `coalesce(${text}, ${numberText(number)}, ${booleanText(boolean)})`
}

export function fieldNumberSql(relation: SqlRelation, path: readonly string[]): string {
  const [text, number] = scalars(relation, path)
  return `coalesce(${number}, ${numberOfText(text)})`
}

function scalars(relation: SqlRelation, path: readonly string[]): [string, string, string] {
  return [
    fieldSql(relation, 'string', path),
    fieldSql(relation, 'number', path),
    fieldSql(relation, 'boolean', path),
  ]
}

/** Present and not null. Objects and lists are not shredded, so the JSON text is asked where no scalar is found. */
export function presenceSql(relation: SqlRelation, path: readonly string[]): string {
  const json = jsonAt(relation, path)
  const accesses = (['number', 'string', 'boolean'] as const).map((type) =>
    shreddedAccess(relation, type, path),
  )
  if (accesses.includes('json')) return `coalesce(${json.type} <> 'NULL', FALSE)`
  const tests = accesses.flatMap((access) =>
    typeof access === 'object' ? [`${access.sql} IS NOT NULL`] : [],
  )
  const composite = `coalesce(${json.type} IN ('OBJECT', 'ARRAY'), FALSE)`
  return tests.length === 0 ? composite : `CASE WHEN ${tests.join(' OR ')} THEN TRUE ELSE ${composite} END`
}

/**
 * How a field is read. DuckDB's column names ignore the case of ASCII letters, so `n:Delay` would be read for
 * `n:delay`: where another column differs by case only, the JSON text tells them apart.
 */
function shreddedAccess(
  relation: SqlRelation,
  type: FieldType,
  path: readonly string[],
): 'json' | 'absent' | { sql: string } {
  const name = shreddedColumn(type, path)
  if (!relation.shredded || name === null) return 'json'
  if (relation.columns !== undefined) {
    const twin = [...relation.columns].some((other) => other !== name && sameIgnoringCase(other, name))
    if (twin && relation.columns.has(name)) return 'json'
    if (!relation.columns.has(name)) return 'absent'
  }
  return { sql: columnSql(relation, name) }
}

/** Wider than DuckDB's own rule: the archive too keeps one column of those that are equal in lower case. */
function sameIgnoringCase(a: string, b: string): boolean {
  return a.toLowerCase() === b.toLowerCase()
}

function jsonField(relation: SqlRelation, type: FieldType, path: readonly string[]): string {
  const json = jsonAt(relation, path)
  if (type === 'string') return `CASE WHEN ${json.type} = 'VARCHAR' THEN ${json.text} END`
  if (type === 'boolean') return `CASE WHEN ${json.type} = 'BOOLEAN' THEN ${json.text} = 'true' END`
  const number = finite(`TRY_CAST(${json.text} AS DOUBLE)`)
  return `CASE WHEN ${json.type} IN ('DOUBLE', 'BIGINT', 'UBIGINT') THEN ${number} END`
}

/** Type and text of the JSON value at a path of the event's data. */
function jsonAt(relation: SqlRelation, path: readonly string[]): { type: string; text: string } {
  const steps = jsonSteps(path)
  const last = textLiteral(steps.pop() ?? '$')
  let container = columnSql(relation, 'data')
  for (const step of steps) container = `json_extract(${container}, ${textLiteral(step)})`
  return { type: `json_type(${container}, ${last})`, text: `json_extract_string(${container}, ${last})` }
}

/**
 * One JSON path for plain names. Names with quotes, backslashes or a star, which JSON paths cannot quote, are JSON
 * pointers of one step each; as such they cannot be taken for an index of a list, which only digits and `-` are.
 */
function jsonSteps(path: readonly string[]): string[] {
  if (path.every(isPlain)) return [jsonPath(path)]
  return path.map((name) => (isPlain(name) ? jsonPath([name]) : jsonPointer(name)))
}

function isPlain(name: string): boolean {
  return !/["\\*]/.test(name)
}

function jsonPath(names: readonly string[]): string {
  return `$${names.map((name) => `."${name}"`).join('')}`
}

function jsonPointer(name: string): string {
  return `/${name.replaceAll('~', '~0').replaceAll('/', '~1')}`
}
