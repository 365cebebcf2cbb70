import {
  compileExpression,
  parseExpression,
  type CompiledExpression,
  type FieldType,
  type Problem,
} from '../../pipeline'

export type Scalar = string | number | boolean | null
export type Result = Record<string, Scalar>
export type Fields = Record<string, FieldType>

/** Null: the result does not tell, because something it needs is not known. */
export type Expectation = (result: Result) => boolean | null

/** Compiles what a check expects: CEL that is true or false, on the fields that its query answers with. */
export function compileExpectation(
  text: string,
  fields: Fields,
): { ok: true; holds: Expectation } | { ok: false; problem: Problem } {
  const parsed = parseExpression(text, 'boolean', { fieldTypes: new Map(Object.entries(fields)) })
  if (!parsed.ok) return parsed
  const unknown = /\bdata\.([A-Za-z_]\w*)/g
  for (const [, name = ''] of text.matchAll(unknown))
    if (!Object.hasOwn(fields, name))
      return {
        ok: false,
        problem: {
          path: '',
          value: text,
          expected: `fields of the query's result: ${Object.keys(fields).join(', ')}; not ${name}`,
        },
      }
  return { ok: true, holds: evaluator(compileExpression(parsed.expression.node)) }
}

const evaluator =
  (compiled: CompiledExpression): Expectation =>
  (result) => {
    const columns = Object.fromEntries(Object.entries(result).map(([name, value]) => [name, [value]]))
    const holds = compiled({ columns, type: '', id: [''], source: [''], subject: [null] }, 0)
    return typeof holds === 'boolean' ? holds : null
  }
