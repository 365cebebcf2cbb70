import { FAST_DECIMAL_LIMIT, plainText, scaledText, trimDecimal } from './number-text'

/**
 * Sums of floats do not depend on the order of summation. A value with at most nine digits after the point and below
 * 10^6, or three and below 10^12, is added as the decimal it was written as, exactly (0.1 + 0.2 - 0.3 = 0); the rest
 * are added as doubles, in SQL in ascending order. Summing in log order instead (`sum(x ORDER BY seq, idx)`) takes
 * DuckDB 15 times as long.
 */
export const FINE_DIGITS = 9
export const COARSE_DIGITS = 3

const FINE = 10 ** FINE_DIGITS
const COARSE = 10 ** COARSE_DIGITS
const FINE_PER_COARSE = 10n ** BigInt(FINE_DIGITS - COARSE_DIGITS)
const LIMIT = String(FAST_DECIMAL_LIMIT)

/** Parts of a sum: units of 10^-9 in `fine` and `spilled`, of 10^-3 in `coarse`, and the other values' sum. */
export interface FloatSum {
  fine: number | bigint
  coarse: number | bigint
  spilled: bigint
  rest: number
}

/** The sum as exact decimal text. */
export function floatSumText({ fine, coarse, spilled, rest }: FloatSum): string {
  const isSmall = typeof fine === 'number' && spilled === 0n && Number(coarse) === 0
  const units = isSmall ? fine : BigInt(fine) + BigInt(coarse) * FINE_PER_COARSE + spilled
  const exact = trimDecimal(scaledText(units, FINE_DIGITS))
  return rest === 0 ? exact : addDecimals(exact, plainText(rest))
}

function split(text: string): { digits: bigint; scale: number } {
  const point = text.indexOf('.')
  if (point < 0) return { digits: BigInt(text), scale: 0 }
  return { digits: BigInt(text.slice(0, point) + text.slice(point + 1)), scale: text.length - point - 1 }
}

/** Exact sum of two decimal texts; a sum that overflowed is not finite and stays so. */
export function addDecimals(a: string, b: string): string {
  if (!Number.isFinite(Number(a)) || !Number.isFinite(Number(b))) return String(Number(a) + Number(b))
  const [left, right] = [split(a), split(b)]
  const scale = Math.max(left.scale, right.scale)
  const sum =
    left.digits * 10n ** BigInt(scale - left.scale) + right.digits * 10n ** BigInt(scale - right.scale)
  return trimDecimal(scaledText(sum, scale))
}

const MAX = String(Number.MAX_SAFE_INTEGER)

function addUnits(sum: string, units: string, spill: string): string {
  return `const s = ${sum} + ${units}; if (s <= ${MAX} && s >= -${MAX}) ${sum} = s; else { ${spill}; ${sum} = ${units} }`
}

/** JavaScript that adds the double `v` to a cell's fields a (fine), t (coarse), b (spilled) and r (rest). */
export function addFloatCode(field: (letter: string) => string): string {
  const [a, t, b, r] = [field('a'), field('t'), field('b'), field('r')]
  const addFine = addUnits(a, 'q', `${b} += BigInt(${a})`)
  const addCoarse = addUnits(t, 'u', `${b} += BigInt(${t}) * ${FINE_PER_COARSE}n`)
  return (
    `const q = Math.round(v * ${FINE}); ` +
    `if (q <= ${LIMIT} && q >= -${LIMIT} && q / ${FINE} === v) { ${addFine} } else { ` +
    `const u = Math.round(v * ${COARSE}); ` +
    `if (u <= ${LIMIT} && u >= -${LIMIT} && u / ${COARSE} === v) { ${addCoarse} } else ${r} += v }`
  )
}

function unitsSql(x: string, factor: number): { isExact: string; units: string } {
  const rounded = `round(${x} * ${factor}::DOUBLE)`
  return {
    isExact: `(abs(${rounded}) <= ${LIMIT} AND ${rounded} / ${factor}::DOUBLE = ${x})`,
    units: `TRY_CAST(${rounded} AS BIGINT)`,
  }
}

/** SQL of the parts of the value in column `m`. */
export function floatPartsSql(m: string): { fine: string; coarse: string; rest: string } {
  const fine = unitsSql(m, FINE)
  const coarse = unitsSql(m, COARSE)
  return {
    fine: `CASE WHEN ${fine.isExact} THEN ${fine.units} END`,
    coarse: `CASE WHEN NOT ${fine.isExact} AND ${coarse.isExact} THEN ${coarse.units} END`,
    rest: `CASE WHEN NOT ${fine.isExact} AND NOT ${coarse.isExact} THEN ${m} END`,
  }
}
