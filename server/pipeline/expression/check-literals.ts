import type { Node } from '../types'
import { type CelExpr, ExpressionError } from './cel'

type Literal = Extract<Node, { op: 'literal' }>

export function literalOf(expr: CelExpr): Literal {
  const constant = expr.exprKind.case === 'constExpr' ? expr.exprKind.value.constantKind : undefined
  switch (constant?.case) {
    case 'nullValue':
      return { op: 'literal', type: 'null', value: null }
    case 'boolValue':
      return { op: 'literal', type: 'boolean', value: constant.value }
    case 'stringValue':
      if (constant.value.includes('\0')) throw new ExpressionError('text without NUL characters', expr)
      return { op: 'literal', type: 'string', value: constant.value }
    case 'int64Value':
      if (BigInt(Number(constant.value)) !== constant.value) {
        throw new ExpressionError(
          `a number that a 64-bit float holds exactly, but ${constant.value} does not fit`,
          expr,
          String(BigInt(Number(constant.value))),
        )
      }
      return { op: 'literal', type: 'number', value: Number(constant.value) }
    case 'doubleValue':
      if (!Number.isFinite(constant.value)) throw new ExpressionError('a number below 1.8e308', expr)
      return { op: 'literal', type: 'number', value: constant.value === 0 ? 0 : constant.value }
    case 'uint64Value':
      throw new ExpressionError(
        'a plain number: unsigned literals do not exist here',
        expr,
        String(constant.value),
      )
    default:
      throw new ExpressionError(`a number, text, true, false or null, not ${describe(expr)}`, expr)
  }
}

/** The CEL construct in words, for messages. */
export function describe(expr: CelExpr): string {
  const kind = expr.exprKind
  switch (kind.case) {
    case 'constExpr':
      return kind.value.constantKind.case === 'bytesValue' ? 'a bytes literal' : 'a literal'
    case 'identExpr':
      return `the name ${kind.value.name}`
    case 'selectExpr':
      return `the field .${kind.value.field}`
    case 'callExpr':
      return `${kind.value.function}()`
    case 'listExpr':
      return 'a list'
    case 'structExpr':
      return kind.value.messageName === '' ? 'a map' : `a message of type ${kind.value.messageName}`
    case 'comprehensionExpr':
      return 'a macro over a list (all, exists, exists_one, map, filter)'
    default:
      return 'an empty expression'
  }
}
