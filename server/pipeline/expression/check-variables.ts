import type { FieldType, Node } from '../types'
import { type CelExpr, ExpressionError } from './cel'
import { describe } from './check-literals'
import { fieldKey, type FieldTypes } from './field-types'
import type { Inferred } from './check'

const attributes = ['id', 'source', 'type', 'subject'] as const
type AttributeName = (typeof attributes)[number]

const maxPathParts = 16
const maxNameLength = 256

/** Path below `data` of `data.a.b` or `data["a"].b`; null for anything else. `data` itself only when allowed. */
export function dataPath(expr: CelExpr, allowRoot = false): string[] | null {
  const path = pathBelow(expr)
  return path === null || (path.length === 0 && !allowRoot) ? null : path
}

function pathBelow(expr: CelExpr): string[] | null {
  const kind = expr.exprKind
  if (kind.case === 'identExpr') return kind.value.name === 'data' ? [] : null
  if (kind.case === 'selectExpr' && !kind.value.testOnly && kind.value.operand) {
    return extended(expr, kind.value.operand, kind.value.field)
  }
  if (kind.case !== 'callExpr' || kind.value.function !== '_[_]') return null
  const [operand, index] = kind.value.args
  if (operand === undefined || index?.exprKind.case !== 'constExpr') return null
  const constant = index.exprKind.value.constantKind
  return constant.case === 'stringValue' ? extended(expr, operand, constant.value) : null
}

function extended(expr: CelExpr, operand: CelExpr, name: string): string[] | null {
  const above = pathBelow(operand)
  if (above === null) return null
  refuseName(expr, name)
  if (above.length >= maxPathParts) throw new ExpressionError(`a path of at most ${maxPathParts} names`, expr)
  return [...above, name]
}

export function refuseName(expr: CelExpr, name: string): void {
  if (name === '' || name.length > maxNameLength || name === '__proto__' || /\p{Surrogate}|\0/u.test(name)) {
    throw new ExpressionError(`a field name of 1 to ${maxNameLength} characters`, expr)
  }
}

export function attributeNode(expr: CelExpr, name: string): Node {
  if (isAttribute(name)) return { op: 'attribute', type: 'string', name }
  throw unknownName(expr, name)
}

export function inferField(expr: CelExpr, fieldTypes: FieldTypes): Inferred {
  const kind = expr.exprKind
  if (kind.case === 'identExpr' && isAttribute(kind.value.name)) return 'string'
  const path = dataPath(expr)
  if (path === null) throw unsupported(expr)
  const declared = fieldTypes.get(fieldKey(path))
  return declared === 'number' || declared === 'string' || declared === 'boolean' ? declared : 'open'
}

export function fieldNode(expr: CelExpr, expected: FieldType, fieldTypes: FieldTypes): Node {
  const { path, declared } = declaredField(expr, fieldTypes)
  return { op: 'field', type: declared === 'unknown' ? expected : declared, path }
}

/** A field of no declared type, read as text or as a number whichever JSON type its value has. */
export function untypedFieldNode(
  expr: CelExpr,
  op: 'fieldText' | 'fieldNumber',
  fieldTypes: FieldTypes,
): Node {
  const { path } = declaredField(expr, fieldTypes)
  return op === 'fieldText' ? { op, type: 'string', path } : { op, type: 'number', path }
}

function declaredField(expr: CelExpr, fieldTypes: FieldTypes) {
  const path = dataPath(expr)
  if (path === null) throw unsupported(expr)
  const declared = fieldTypes.get(fieldKey(path)) ?? 'unknown'
  if (declared === 'composite') {
    throw new ExpressionError(
      `a single value, but ${pathText(path)} is an object or a list in the schema`,
      expr,
    )
  }
  return { path, declared }
}

/** A path as an expression writes it. */
export function pathText(path: readonly string[]): string {
  const parts = path.map((name) => (/^[a-zA-Z_]\w*$/.test(name) ? `.${name}` : `[${JSON.stringify(name)}]`))
  return `data${parts.join('')}`
}

function isAttribute(name: string): name is AttributeName {
  return attributes.some((attribute) => attribute === name)
}

function unsupported(expr: CelExpr): ExpressionError {
  const kind = expr.exprKind
  if (kind.case === 'identExpr') return unknownName(expr, kind.value.name)
  if (kind.case === 'callExpr' && kind.value.function === '_[_]') {
    return new ExpressionError('an index by literal text below data, such as `data["some name"]`', expr)
  }
  if (kind.case === 'selectExpr' && kind.value.operand?.exprKind.case === 'identExpr') {
    const owner = kind.value.operand.exprKind.value.name
    return unknownName(expr, `${owner}.${kind.value.field}`)
  }
  return new ExpressionError(
    `operators, literals, fields of data and the supported functions; ${describe(expr)} is not supported`,
    expr,
  )
}

function unknownName(expr: CelExpr, name: string): ExpressionError {
  if (name === 'data') return new ExpressionError('a field of data, such as `data.amount`', expr)
  return new ExpressionError(
    `one of data.<field>, id, source, type or subject, but there is no ${name}`,
    expr,
    `data.${name}`,
  )
}
