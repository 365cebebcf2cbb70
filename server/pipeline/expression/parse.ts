import type { Expression, FieldType, Problem } from '../types'
import { ExpressionError, parseCel, type ParsedCel } from './cel'
import { checkExpression } from './check'
import { dataPath } from './check-variables'
import type { FieldTypes } from './field-types'

export interface ParseExpressionOptions {
  /** Declared types of the fields of `data`. */
  fieldTypes?: FieldTypes | undefined
  /** Read an expression that is nothing but a field as a number whatever the schema says: see `Measure.raw`. */
  rawField?: boolean
  /** Path of the expression in the document, for the problem. */
  path?: string
}

export type ParsedExpression = { ok: true; expression: Expression } | { ok: false; problem: Problem }

/** Reads a CEL expression that must give one of the expected types. */
export function parseExpression(
  text: string,
  expected: FieldType | FieldType[],
  options: ParseExpressionOptions = {},
): ParsedExpression {
  const types = Array.isArray(expected) ? expected : [expected]
  let parsed: ParsedCel | null = null
  try {
    parsed = parseCel(text)
    const node = checkExpression(parsed.expr, types, {
      fieldTypes: options.fieldTypes ?? new Map(),
      rawField: options.rawField ?? false,
    })
    return { ok: true, expression: { text, node } }
  } catch (error) {
    if (!(error instanceof ExpressionError)) throw error
    return { ok: false, problem: problemOf(error, text, { path: options.path ?? '', parsed }) }
  }
}

/** Path below `data` when the text is nothing but a field, else null. */
export function dataPathOf(text: string): string[] | null {
  try {
    return dataPath(parseCel(text).expr)
  } catch (error) {
    if (error instanceof ExpressionError) return null
    throw error
  }
}

function problemOf(
  error: ExpressionError,
  text: string,
  where: { path: string; parsed: ParsedCel | null },
): Problem {
  const position = where.parsed?.positionOf(error.at) ?? (typeof error.at === 'number' ? error.at : null)
  return {
    path: where.path,
    value: text.length > 200 ? `${text.slice(0, 200)}…` : text,
    expected: position === null ? error.message : `${error.message} (character ${position + 1})`,
    ...(error.nearest === undefined ? {} : { nearest: error.nearest }),
  }
}
