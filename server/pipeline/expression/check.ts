import type { FieldType, Node } from '../types'
import { type CelCall, type CelExpr, ExpressionError, maxDepth, tooDeep } from './cel'
import { functionNode, inferFunction } from './check-functions'
import { describe, literalOf } from './check-literals'
import {
  attributeNode,
  dataPath,
  fieldNode,
  inferField,
  pathText,
  refuseName,
  untypedFieldNode,
} from './check-variables'
import type { FieldTypes } from './field-types'

export interface CheckOptions {
  fieldTypes: FieldTypes
  rawField: boolean
}

/** What an expression gives before its place is known; `open`: only the place can tell (an undeclared field). */
export type Inferred = FieldType | 'null' | 'open'

/** Types an expression and its parts, given where it stands. */
export interface Checker {
  options: CheckOptions
  infer(expr: CelExpr): Inferred
  /** The node of an expression that must have the type. */
  check(expr: CelExpr, expected: FieldType): Node
}

export const typeNames = { number: 'a number', string: 'text', boolean: 'true or false' } as const

export function checkExpression(expr: CelExpr, expected: FieldType[], options: CheckOptions): Node {
  const checker = new TypeChecker(options)
  const path = dataPath(expr)
  if (options.rawField && path !== null) return { op: 'field', type: 'number', path }
  const inferred = checker.infer(expr)
  if (inferred === 'null') throw new ExpressionError(`${oneOf(expected)}, but this is always null`, expr)
  if (inferred === 'open') return checker.checkOpen(expr, expected)
  if (!expected.includes(inferred)) {
    throw new ExpressionError(
      `${oneOf(expected)}, but this gives ${typeNames[inferred]}`,
      expr,
      remedy(expr, inferred, expected),
    )
  }
  return checker.check(expr, inferred)
}

function oneOf(types: FieldType[]): string {
  return types.map((type) => typeNames[type]).join(' or ')
}

function remedy(expr: CelExpr, inferred: FieldType, expected: FieldType[]): string | undefined {
  const path = dataPath(expr)
  if (path === null) return undefined
  if (expected.includes('string')) return `string(${pathText(path)})`
  return expected.includes('number') && inferred === 'string' ? `double(${pathText(path)})` : undefined
}

class TypeChecker implements Checker {
  private depth = 0

  constructor(readonly options: CheckOptions) {}

  /** An expression of undeclared fields only: with several types allowed it is read as the text of its value. */
  checkOpen(expr: CelExpr, expected: FieldType[]): Node {
    if (expected.length > 1 && expected.includes('string') && dataPath(expr) !== null) {
      return untypedFieldNode(expr, 'fieldText', this.options.fieldTypes)
    }
    return this.check(expr, expected[0] ?? 'string')
  }

  infer(expr: CelExpr): Inferred {
    const kind = expr.exprKind
    if (kind.case === 'constExpr') return literalOf(expr).type
    if (kind.case === 'callExpr') return inferCall(this, expr, kind.value)
    if (kind.case === 'selectExpr' && kind.value.testOnly) return 'boolean'
    return inferField(expr, this.options.fieldTypes)
  }

  check(expr: CelExpr, expected: FieldType): Node {
    this.depth += 1
    if (this.depth > maxDepth) throw tooDeep()
    const node = this.nodeOf(expr, expected)
    this.depth -= 1
    if (node.type !== expected) {
      const found = node.type === 'null' ? 'null' : typeNames[node.type]
      throw new ExpressionError(`${typeNames[expected]}, but this gives ${found}`, expr)
    }
    return node
  }

  private nodeOf(expr: CelExpr, expected: FieldType): Node {
    const kind = expr.exprKind
    if (kind.case === 'constExpr') return literalOf(expr)
    if (kind.case === 'callExpr' && dataPath(expr) === null)
      return callNode(this, expr, { call: kind.value, expected })
    if (kind.case === 'selectExpr' && kind.value.testOnly)
      return presenceNode(expr, kind.value.operand, kind.value.field)
    if (kind.case === 'identExpr') return attributeNode(expr, kind.value.name)
    return fieldNode(expr, expected, this.options.fieldTypes)
  }
}

function presenceNode(expr: CelExpr, operand: CelExpr | undefined, field: string): Node {
  const above = operand === undefined ? null : dataPath(operand, true)
  if (above === null) throw new ExpressionError('has() of a field of data, such as `has(data.amount)`', expr)
  refuseName(expr, field)
  return { op: 'isPresent', type: 'boolean', path: [...above, field] }
}

const booleanCalls = new Set(['_&&_', '_||_', '!_', '_==_', '_!=_', '_<_', '_<=_', '_>_', '_>=_', '@in'])
const numberCalls: Record<string, 'sub' | 'mul' | 'div' | 'mod'> = {
  '_-_': 'sub',
  '_*_': 'mul',
  '_/_': 'div',
  '_%_': 'mod',
}
const orderCalls: Record<string, 'lt' | 'le' | 'gt' | 'ge'> = {
  '_<_': 'lt',
  '_<=_': 'le',
  '_>_': 'gt',
  '_>=_': 'ge',
}

function inferCall(checker: Checker, expr: CelExpr, call: CelCall): Inferred {
  if (booleanCalls.has(call.function)) return 'boolean'
  if (Object.hasOwn(numberCalls, call.function) || call.function === '-_') return 'number'
  if (call.function === '_[_]') return inferField(expr, checker.options.fieldTypes)
  if (call.function === '_+_') return common(checker, call.args)
  if (call.function === '_?_:_') return common(checker, call.args.slice(1))
  return inferFunction(expr, call)
}

/** The first known type among the parts: the others are then checked against it. */
function common(checker: Checker, parts: CelExpr[]): Inferred {
  const types = parts.map((part) => checker.infer(part))
  return (
    types.find((type) => type !== 'open' && type !== 'null') ?? (types.includes('open') ? 'open' : 'null')
  )
}

interface Place {
  call: CelCall
  expected: FieldType
}

function callNode(checker: Checker, expr: CelExpr, { call, expected }: Place): Node {
  const [a, b, c] = call.args
  const numeric = numberCalls[call.function]
  const order = orderCalls[call.function]
  if (a === undefined || b === undefined) {
    if (a !== undefined && call.function === '!_') {
      return { op: 'not', type: 'boolean', args: [checker.check(a, 'boolean')] }
    }
    if (a !== undefined && call.function === '-_')
      return { op: 'neg', type: 'number', args: [checker.check(a, 'number')] }
  } else if (call.function === '_&&_' || call.function === '_||_') {
    const op = call.function === '_&&_' ? 'and' : 'or'
    return { op, type: 'boolean', args: [checker.check(a, 'boolean'), checker.check(b, 'boolean')] }
  } else if (call.function === '_==_' || call.function === '_!=_') {
    return equalityNode(checker, call.function === '_==_', [a, b])
  } else if (order !== undefined) {
    const type = comparedType(checker, [a, b])
    if (type === 'boolean') throw new ExpressionError('numbers or text on both sides of an order', expr)
    return { op: order, type: 'boolean', args: [checker.check(a, type), checker.check(b, type)] }
  } else if (numeric !== undefined) {
    return { op: numeric, type: 'number', args: [checker.check(a, 'number'), checker.check(b, 'number')] }
  } else if (call.function === '_+_') {
    return sumNode(checker, expr, { call, expected })
  } else if (call.function === '@in') {
    return membershipNode(checker, a, b)
  } else if (call.function === '_?_:_' && c !== undefined) {
    const cond = checker.check(a, 'boolean')
    return {
      op: 'if',
      type: expected,
      args: [cond, branch(checker, b, expected), branch(checker, c, expected)],
    }
  }
  return functionNode(checker, expr, call)
}

function branch(checker: Checker, expr: CelExpr, expected: FieldType): Node {
  return checker.infer(expr) === 'null'
    ? { op: 'literal', type: 'null', value: null }
    : checker.check(expr, expected)
}

function sumNode(checker: Checker, expr: CelExpr, { call, expected }: Place): Node {
  const [a, b] = call.args as [CelExpr, CelExpr]
  const inferred = common(checker, call.args)
  const type = inferred === 'open' ? expected : inferred
  if (type === 'string') return { op: 'concat', type, args: [checker.check(a, type), checker.check(b, type)] }
  if (type === 'number') return { op: 'add', type, args: [checker.check(a, type), checker.check(b, type)] }
  throw new ExpressionError('numbers or text on both sides of `+`', expr)
}

function equalityNode(checker: Checker, equal: boolean, [a, b]: [CelExpr, CelExpr]): Node {
  const types = [checker.infer(a), checker.infer(b)]
  if (types[0] === 'null' || types[1] === 'null') return nullTest(checker, equal, types[0] === 'null' ? b : a)
  const type = comparedType(checker, [a, b])
  return { op: equal ? 'eq' : 'ne', type: 'boolean', args: [checker.check(a, type), checker.check(b, type)] }
}

/** A field equals null when it is absent or null, whatever its type: the opposite of has(). */
function nullTest(checker: Checker, equal: boolean, tested: CelExpr): Node {
  const path = dataPath(tested)
  if (path !== null) {
    const present: Node = { op: 'isPresent', type: 'boolean', path }
    return equal ? { op: 'not', type: 'boolean', args: [present] } : present
  }
  const type = checker.infer(tested)
  if (type === 'null') throw new ExpressionError('a field or a computed value to compare with null', tested)
  if (type === 'open') throw ambiguous([tested])
  return { op: equal ? 'isNull' : 'isNotNull', type: 'boolean', args: [checker.check(tested, type)] }
}

function comparedType(checker: Checker, sides: CelExpr[]): FieldType {
  const nothing = sides.find((side) => checker.infer(side) === 'null')
  if (nothing)
    throw new ExpressionError('values other than null here; compare with null by `==` or `!=`', nothing)
  const type = common(checker, sides)
  if (type === 'open' || type === 'null') throw ambiguous(sides)
  return type
}

function ambiguous(sides: CelExpr[]): ExpressionError {
  const first = sides.map((side) => dataPath(side)).find((path) => path !== null)
  const name = first ? pathText(first) : 'one side'
  return new ExpressionError(
    `values whose type is known: write double(${name}) or string(${name}), or declare the fields in the schema`,
    sides[0],
    `string(${name})`,
  )
}

function membershipNode(checker: Checker, value: CelExpr, list: CelExpr): Node {
  if (list.exprKind.case !== 'listExpr') {
    throw new ExpressionError(`a list after \`in\`, such as \`["a", "b"]\`, not ${describe(list)}`, list)
  }
  const items = list.exprKind.value.elements
  if (items.length === 0) throw new ExpressionError('at least one value in the list after `in`', list)
  const type = comparedType(checker, [...items, value])
  const [head, ...rest] = [value, ...items].map((item) => checker.check(item, type))
  return { op: 'in', type: 'boolean', args: [head as Node, ...rest] }
}
