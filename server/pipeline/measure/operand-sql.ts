import { fieldSql, type SqlRelation } from '../expression/sql-fields'
import { expressionSql } from '../expression/sql'
import { repeating } from '../expression/sql-values'
import type { Expression, NumberType } from '../types'
import { FAST_DECIMAL_LIMIT } from './number-text'

interface NumberOperand {
  of: Expression
  type: NumberType
  scale: number | null
  raw: boolean
}

const MAX_SAFE = String(Number.MAX_SAFE_INTEGER)

function integerOfNumber(x: string): string {
  return `CASE WHEN trunc(${x}) = ${x} AND abs(${x}) <= ${MAX_SAFE} THEN TRY_CAST(${x} AS BIGINT) END`
}

function integerOfText(text: string): string {
  const read = `TRY_CAST(${text} AS HUGEINT)`
  return (
    `CASE WHEN regexp_full_match(${text}, '-?[0-9]{1,64}') AND ${read} BETWEEN -${MAX_SAFE} AND ${MAX_SAFE} ` +
    `THEN TRY_CAST(${read} AS BIGINT) END`
  )
}

/** SQL of an int operand as BIGINT, NULL where absent or unusable. */
export function integerOperandSql(operand: NumberOperand, relation: SqlRelation): string {
  const { node } = operand.of
  const number = integerOfNumber(`(${expressionSql(node, relation)})`)
  if (!operand.raw || node.op !== 'field') return number
  return `coalesce(${number}, ${integerOfText(fieldSql(relation, 'string', node.path))})`
}

export interface DecimalOperand {
  /** BIGINT: the scaled integer where double arithmetic is exact, see `scaleNumber`. */
  quick: string
  /** HUGEINT: the scaled integer of every other usable value. */
  wide: string
}

/**
 * Text of a double without an exponent, as `plainText`: DuckDB 1.5 reads -9.2e-14 as DECIMAL(38, 9) to be
 * -0.000000001.
 */
export function plainTextSql(x: string): string {
  const plain = repeating(`CAST(abs(${x}) AS VARCHAR)`, (text) => {
    const digits = `replace(split_part(${text}, 'e', 1), '.', '')`
    const exponent = `CAST(split_part(${text}, 'e', 2) AS INTEGER)`
    return (
      `CASE WHEN NOT contains(${text}, 'e') THEN ${text} ` +
      `WHEN contains(${text}, 'e-') THEN '0.' || repeat('0', -${exponent} - 1) || ${digits} ` +
      `ELSE rpad(${digits}, ${exponent} + 1, '0') END`
    )
  })
  return `CASE WHEN ${x} < 0 THEN '-' ELSE '' END || ${plain}`
}

/** HUGEINT of a DECIMAL(38, scale): its digits without the point. */
function scaledOfDecimal(text: string, scale: number): string {
  return `TRY_CAST(replace(CAST(TRY_CAST(${text} AS DECIMAL(38, ${scale})) AS VARCHAR), '.', '') AS HUGEINT)`
}

/** SQL of a decimal operand as scaled integers, NULL where absent or unusable. */
export function decimalOperandSql(
  operand: NumberOperand,
  scale: number,
  relation: SqlRelation,
): DecimalOperand {
  const { node } = operand.of
  const x = `(${expressionSql(node, relation)})`
  const factor = `1e${scale}::DOUBLE`
  const rounded = `round(${x} * ${factor})`
  const isQuick =
    scale > 22
      ? 'FALSE'
      : `coalesce(abs(${rounded}) <= ${FAST_DECIMAL_LIMIT} AND ${rounded} / ${factor} = ${x}, FALSE)`
  const quick = `CASE WHEN ${isQuick} THEN TRY_CAST(${rounded} AS BIGINT) END`
  const wide = `WHEN ${x} IS NOT NULL AND NOT ${isQuick} THEN ${scaledOfDecimal(`(${plainTextSql(x)})`, scale)}`
  if (!operand.raw || node.op !== 'field') return { quick, wide: `CASE ${wide} END` }
  const text = fieldSql(relation, 'string', node.path)
  const isDecimal = `regexp_full_match(${text}, '-?[0-9]{1,64}(\\.[0-9]{1,64})?')`
  return { quick, wide: `CASE ${wide} WHEN ${isDecimal} THEN ${scaledOfDecimal(text, scale)} END` }
}
