import type { FieldType, Node } from '../types'
import { type CelCall, type CelExpr, ExpressionError } from './cel'
import { dataPath, untypedFieldNode } from './check-variables'
import type { Checker } from './check'
import { nearest } from './nearest'

const resultTypes = {
  has: 'boolean',
  size: 'number',
  startsWith: 'boolean',
  endsWith: 'boolean',
  contains: 'boolean',
  lowerAscii: 'string',
  upperAscii: 'string',
  string: 'string',
  int: 'number',
  double: 'number',
} as const satisfies Record<string, FieldType>

type FunctionName = keyof typeof resultTypes

/** Names people bring from other dialects, with what says the same here. */
const otherNames: Record<string, string> = {
  lower: 'lowerAscii',
  tolower: 'lowerAscii',
  upper: 'upperAscii',
  toupper: 'upperAscii',
  length: 'size',
  len: 'size',
  float: 'double',
  number: 'double',
  text: 'string',
}

export function inferFunction(expr: CelExpr, call: CelCall): FieldType {
  return resultTypes[functionName(expr, call)]
}

function functionName(expr: CelExpr, call: CelCall): FunctionName {
  const name = call.function
  if (isFunction(name)) return name
  throw new ExpressionError(
    `one of has(), size(), startsWith(), endsWith(), contains(), lowerAscii(), upperAscii(), string(), int() or double(); ${name}() is not supported`,
    expr,
    otherNames[name.toLowerCase()] ?? nearest(name, Object.keys(resultTypes)),
  )
}

function isFunction(name: string): name is FunctionName {
  return Object.hasOwn(resultTypes, name)
}

export function functionNode(checker: Checker, expr: CelExpr, call: CelCall): Node {
  const name = functionName(expr, call)
  switch (name) {
    case 'has':
      return presenceOf(expr, call)
    case 'startsWith':
    case 'endsWith':
    case 'contains': {
      const [text, part] = operands(expr, call, { methods: 1 })
      return {
        op: name,
        type: 'boolean',
        args: [checker.check(text, 'string'), checker.check(part, 'string')],
      }
    }
    case 'lowerAscii':
    case 'upperAscii':
      return {
        op: name,
        type: 'string',
        args: [checker.check(operands(expr, call, { methods: 0 })[0], 'string')],
      }
    case 'size': {
      const text = call.target ? operands(expr, call, { methods: 0 })[0] : single(expr, call)
      return { op: 'length', type: 'number', args: [checker.check(text, 'string')] }
    }
    case 'string':
      return textNode(checker, single(expr, call))
    case 'double':
      return numberNode(checker, single(expr, call))
    case 'int':
      return { op: 'truncate', type: 'number', args: [numberNode(checker, single(expr, call))] }
  }
}

/** `has(data["some name"])`: the parser makes the test only of `has(data.name)`. */
function presenceOf(expr: CelExpr, call: CelCall): Node {
  const path = dataPath(single(expr, call))
  if (path === null) throw new ExpressionError('has() of a field of data, such as `has(data.amount)`', expr)
  return { op: 'isPresent', type: 'boolean', path }
}

function textNode(checker: Checker, operand: CelExpr): Node {
  const type = checker.infer(operand)
  if (type === 'open') {
    return dataPath(operand) === null
      ? checker.check(operand, 'string')
      : untypedFieldNode(operand, 'fieldText', checker.options.fieldTypes)
  }
  if (type === 'null') throw new ExpressionError('a value in string(), not null', operand)
  const node = checker.check(operand, type)
  return type === 'string' ? node : { op: 'toText', type: 'string', args: [node] }
}

function numberNode(checker: Checker, operand: CelExpr): Node {
  const type = checker.infer(operand)
  if (type === 'open') {
    return dataPath(operand) === null
      ? checker.check(operand, 'number')
      : untypedFieldNode(operand, 'fieldNumber', checker.options.fieldTypes)
  }
  if (type === 'null' || type === 'boolean') {
    throw new ExpressionError('a number or text in double() and int()', operand)
  }
  const node = checker.check(operand, type)
  return type === 'number' ? node : { op: 'toNumber', type: 'number', args: [node] }
}

function single(expr: CelExpr, call: CelCall): CelExpr {
  const [only, ...more] = call.args
  if (call.target === undefined && only !== undefined && more.length === 0) return only
  throw new ExpressionError(`one value in the brackets: ${call.function}(data.x)`, expr)
}

/** Target and arguments of a method call such as `data.x.startsWith("a")`. */
function operands(expr: CelExpr, call: CelCall, shape: { methods: 0 | 1 }): [CelExpr, CelExpr] {
  const { target, args } = call
  if (target !== undefined && args.length === shape.methods) return [target, args[0] ?? target]
  throw new ExpressionError(`the form data.x.${call.function}(${shape.methods === 0 ? '' : '"text"'})`, expr)
}
