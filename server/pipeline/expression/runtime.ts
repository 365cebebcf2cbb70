/** What generated code calls for the operations that need more than an operator. */
export const expressionRuntime = {
  column,
  below,
  scalarText,
  scalarNumber,
  textOfNumber,
  numberOfText,
  compareText,
  length,
  lowerAscii,
  upperAscii,
}

export type ExpressionRuntime = typeof expressionRuntime

const empty: unknown[] = []

/** The column of a top-level field; reading any row of an absent one gives undefined. */
function column(columns: Record<string, unknown[]>, name: string): unknown[] {
  return Object.hasOwn(columns, name) ? (columns[name] ?? empty) : empty
}

/** The own member of an object; anything else has no members. */
function below(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) return null
  return Object.hasOwn(value, name) ? (value as Record<string, unknown>)[name] : null
}

function scalarText(value: unknown): string | null {
  if (typeof value === 'string') return value
  if (typeof value === 'number') return textOfNumber(value)
  return typeof value === 'boolean' ? String(value) : null
}

function scalarNumber(value: unknown): number | null {
  if (typeof value === 'number') return value - value === 0 ? value : null
  return typeof value === 'string' ? numberOfText(value) : null
}

/**
 * Text of a number where JavaScript and DuckDB print the same digits: whole numbers that a double counts exactly,
 * and fractions neither would print with an exponent. Anything else has no text.
 */
function textOfNumber(value: number): string | null {
  const size = Math.abs(value)
  if (!(size < 9007199254740992)) return null
  if (Number.isInteger(value)) return value === 0 ? '0' : String(value)
  return size >= 1e-4 ? String(value) : null
}

const numberPattern = /^-?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?$/

function numberOfText(text: string): number | null {
  if (!numberPattern.test(text)) return null
  const value = Number(text)
  return value - value === 0 ? value : null
}

/**
 * Order by code points, as UTF-8 bytes and SQL have it. UTF-16 units differ from it only where a surrogate meets a
 * unit of U+E000 or above, so such units are moved below the surrogates.
 */
function compareText(a: string, b: string): number {
  const shared = Math.min(a.length, b.length)
  for (let at = 0; at < shared; at += 1) {
    const unitA = a.charCodeAt(at)
    const unitB = b.charCodeAt(at)
    if (unitA !== unitB) return codePointOrder(unitA) - codePointOrder(unitB)
  }
  return a.length - b.length
}

function codePointOrder(unit: number): number {
  if (unit < 0xd800) return unit
  return unit >= 0xe000 ? unit - 0x800 : unit + 0x2000
}

/** Code points of a text without lone surrogates. */
function length(text: string): number {
  let count = text.length
  for (let at = 0; at < text.length; at += 1) {
    if ((text.charCodeAt(at) & 0xfc00) === 0xdc00) count -= 1
  }
  return count
}

function lowerAscii(text: string): string {
  return text.replace(/[A-Z]+/g, (letters) => letters.toLowerCase())
}

function upperAscii(text: string): string {
  return text.replace(/[a-z]+/g, (letters) => letters.toUpperCase())
}
