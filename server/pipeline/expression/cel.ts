import { parse } from '@bufbuild/cel'

export type CelExpr = ReturnType<typeof parse>['expr']
export type CelCall = Extract<CelExpr['exprKind'], { case: 'callExpr' }>['value']

/** A refused expression: what is wrong at which character, and the nearest thing that would do. */
export class ExpressionError extends Error {
  constructor(
    message: string,
    readonly at: CelExpr | number | null = null,
    readonly nearest?: string,
  ) {
    super(message)
  }
}

const maxTextBytes = 4096
/** Bounds the recursion of the parser, the checker and everything generated from the tree. */
export const maxDepth = 64

export interface ParsedCel {
  expr: CelExpr
  /** Zero-based character of a part of the text, null when unknown. */
  positionOf(part: CelExpr | number | null): number | null
}

export function parseCel(text: string): ParsedCel {
  if (text.trim() === '')
    throw new ExpressionError('an expression such as `data.amount`, but the text is empty')
  const bytes = Buffer.byteLength(text)
  if (bytes > maxTextBytes) {
    throw new ExpressionError(`an expression of at most ${maxTextBytes} bytes, but this one has ${bytes}`)
  }
  if (/\p{Surrogate}|\0/u.test(text)) throw new ExpressionError('valid Unicode text without NUL characters')
  refuseDeepBrackets(text)
  const parsed = parseOrExplain(text)
  return {
    expr: parsed.expr,
    positionOf(part) {
      if (part === null || typeof part === 'number') return part
      return parsed.sourceInfo?.positions[String(part.id)] ?? null
    },
  }
}

function parseOrExplain(text: string) {
  try {
    return parse(text)
  } catch (error) {
    if (error instanceof RangeError) throw tooDeep()
    throw new ExpressionError(
      `CEL syntax, but ${messageOf(error).replace(/^<input>:\d+:\d+: /, '')}`,
      offsetOf(error),
    )
  }
}

function refuseDeepBrackets(text: string): void {
  let depth = 0
  for (const character of text) {
    if ('([{'.includes(character)) depth += 1
    else if (')]}'.includes(character)) depth -= 1
    if (depth > maxDepth) throw tooDeep()
  }
}

export function tooDeep(): ExpressionError {
  return new ExpressionError(
    `an expression nested at most ${maxDepth} deep; write long alternatives as \`data.x in ["a", "b"]\``,
  )
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}

function offsetOf(error: unknown): number | null {
  if (typeof error !== 'object' || error === null || !('location' in error)) return null
  const location = error.location as { start?: { offset?: unknown } } | undefined
  return typeof location?.start?.offset === 'number' ? location.start.offset : null
}
