import type { Node } from '../types'

export interface ExpressionEvent {
  id: string
  source: string
  type: string
  subject: string | null
  data: unknown
}

type Value = number | string | boolean | null

/**
 * What a node means, said as plainly as possible: the oracle that the compiled forms are tested against.
 * It shares no code with them.
 */
export function interpret(node: Node, event: ExpressionEvent): Value {
  switch (node.op) {
    case 'literal':
      return node.value
    case 'attribute':
      return event[node.name]
    case 'field': {
      const value = scalarAt(event.data, node.path)
      return typeof value === node.type ? value : null
    }
    case 'fieldText':
      return toText(scalarAt(event.data, node.path))
    case 'fieldNumber':
      return toNumber(scalarAt(event.data, node.path))
    case 'isPresent':
      return at(event.data, node.path) != null
    case 'isNull':
      return interpret(node.args[0], event) === null
    case 'isNotNull':
      return interpret(node.args[0], event) !== null
    case 'and':
    case 'or': {
      const sides = node.args.map((arg) => interpret(arg, event))
      if (sides.includes(node.op === 'or')) return node.op === 'or'
      return sides.includes(null) ? null : node.op === 'and'
    }
    case 'in': {
      const [value, ...items] = node.args.map((arg) => interpret(arg, event))
      if (value === null || value === undefined) return null
      if (items.includes(value)) return true
      return items.includes(null) ? null : false
    }
    case 'if': {
      const condition = interpret(node.args[0], event)
      if (condition === null) return null
      return interpret(condition === true ? node.args[1] : node.args[2], event)
    }
    default: {
      const values = node.args.map((arg) => interpret(arg, event))
      return values.includes(null) ? null : apply(node.op, values)
    }
  }
}

type StrictOp = Exclude<
  Node['op'],
  | 'literal'
  | 'attribute'
  | 'field'
  | 'fieldText'
  | 'fieldNumber'
  | 'isPresent'
  | 'isNull'
  | 'isNotNull'
  | 'and'
  | 'or'
  | 'in'
  | 'if'
>

/** Operations that are null as soon as an operand is. */
function apply(op: StrictOp, values: Value[]): Value {
  const [a, b] = values
  const [x, y] = [Number(a), Number(b)]
  const [s, t] = [String(a), String(b)]
  switch (op) {
    case 'not':
      return a !== true
    case 'eq':
      return a === b
    case 'ne':
      return a !== b
    case 'lt':
      return order(a, b) < 0
    case 'le':
      return order(a, b) <= 0
    case 'gt':
      return order(a, b) > 0
    case 'ge':
      return order(a, b) >= 0
    case 'add':
      return finite(x + y)
    case 'sub':
      return finite(x - y)
    case 'mul':
      return finite(x * y)
    case 'div':
      return finite(x / y)
    case 'mod':
      return finite(x % y)
    case 'neg':
      return -x
    case 'truncate':
      return Math.trunc(x)
    case 'concat':
      return s + t
    case 'startsWith':
      return s.startsWith(t)
    case 'endsWith':
      return s.endsWith(t)
    case 'contains':
      return s.includes(t)
    case 'length':
      return Array.from(s).length
    case 'lowerAscii':
      return Array.from(s, (c) => (c >= 'A' && c <= 'Z' ? c.toLowerCase() : c)).join('')
    case 'upperAscii':
      return Array.from(s, (c) => (c >= 'a' && c <= 'z' ? c.toUpperCase() : c)).join('')
    case 'toText':
      return toText(a ?? null)
    case 'toNumber':
      return toNumber(a ?? null)
  }
}

function at(data: unknown, path: string[]): unknown {
  let value = data
  for (const name of path) {
    if (value === null || typeof value !== 'object' || Array.isArray(value)) return null
    value = Object.entries(value).find(([key]) => key === name)?.[1]
  }
  return value
}

function scalarAt(data: unknown, path: string[]): Value {
  const value = at(data, path)
  if (typeof value === 'number') return finite(value)
  return typeof value === 'string' || typeof value === 'boolean' ? value : null
}

function finite(value: number): number | null {
  return Number.isFinite(value) ? value : null
}

/** Numbers by size, text by code points. */
function order(a: Value | undefined, b: Value | undefined): number {
  if (typeof a === 'number' && typeof b === 'number') return a - b
  return Buffer.compare(Buffer.from(String(a)), Buffer.from(String(b)))
}

function toText(value: Value): string | null {
  if (typeof value !== 'number') return value === null ? null : String(value)
  if (Number.isSafeInteger(value)) return BigInt(value).toString()
  return Number.isInteger(value) || Math.abs(value) < 0.0001 ? null : value.toString()
}

function toNumber(value: Value): number | null {
  if (typeof value === 'number') return value
  if (typeof value !== 'string' || !/^-?\d+(\.\d+)?(e[+-]?\d+)?$/i.test(value)) return null
  return finite(parseFloat(value))
}
