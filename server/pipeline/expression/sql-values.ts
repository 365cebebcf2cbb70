/** SQL text of values and of the conversions whose result JavaScript must print and read alike. */

export function textLiteral(text: string): string {
  return `'${text.replaceAll("'", "''")}'`
}

export function numberLiteral(value: number): string {
  return `CAST('${value === 0 ? '0' : String(value)}' AS DOUBLE)`
}

/** Operands longer than this are written once, inside a lambda, so that nesting cannot multiply the text. */
const repeatableLength = 400

/** An expression that names its operand several times; `build` itself adds no lambda, so one name serves all. */
export function repeating(operand: string, build: (operand: string) => string): string {
  if (operand.length <= repeatableLength) return build(operand)
  return `list_transform([${operand}], lambda operand: ${build('operand')})[1]`
}

export function finite(number: string): string {
  return repeating(number, (value) => `CASE WHEN isfinite(${value}) THEN ${value} END`)
}

/** See `textOfNumber` of the JavaScript runtime: digits where both print the same, else NULL. */
export function numberText(number: string): string {
  return repeating(
    number,
    (value) =>
      `CASE WHEN abs(${value}) < 9007199254740992 AND trunc(${value}) = ${value} ` +
      `THEN CAST(TRY_CAST(${value} AS BIGINT) AS VARCHAR) ` +
      `WHEN abs(${value}) < 9007199254740992 AND abs(${value}) >= 0.0001 THEN CAST(${value} AS VARCHAR) END`,
  )
}

export function booleanText(boolean: string): string {
  return `CAST(${boolean} AS VARCHAR)`
}

const numberPattern = '-?[0-9]+(\\.[0-9]+)?([eE][+-]?[0-9]+)?'

export function numberOfText(text: string): string {
  return repeating(
    text,
    (value) =>
      `CASE WHEN regexp_full_match(${value}, '${numberPattern}') ` +
      `AND isfinite(TRY_CAST(${value} AS DOUBLE)) THEN TRY_CAST(${value} AS DOUBLE) END`,
  )
}

const upperLetters = 'ABCDEFGHIJKLMNOPQRSTUVWXYZ'

export function lowerAscii(text: string): string {
  return `translate(${text}, '${upperLetters}', '${upperLetters.toLowerCase()}')`
}

export function upperAscii(text: string): string {
  return `translate(${text}, '${upperLetters.toLowerCase()}', '${upperLetters}')`
}
