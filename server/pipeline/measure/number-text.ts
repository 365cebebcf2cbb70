/** Digits that float results keep when stored, answered or digested, so that the order of summation never shows. */
export const FLOAT_DIGITS = 12

/** Digits after the point of a decimal measure that names no scale. */
export const DEFAULT_SCALE = 9

/** A decimal is unusable when its scaled integer has more digits: what DECIMAL(38) can hold. */
export const DECIMAL_LIMIT = 10n ** 38n

/** Up to here a scaled decimal is found by double arithmetic alone, see `scaleNumber`. */
export const FAST_DECIMAL_LIMIT = 1e15

export function roundFloat(value: number): number {
  return Number(value.toPrecision(FLOAT_DIGITS))
}

/** Shortest text that reads back as the same double, without an exponent: as Postgres prints a numeric. */
export function plainText(value: number): string {
  if (value === 0) return '0'
  const text = String(value)
  const e = text.indexOf('e')
  if (e < 0) return text
  const negative = text.startsWith('-')
  const mantissa = text.slice(negative ? 1 : 0, e)
  const exponent = Number(text.slice(e + 1))
  const point = mantissa.indexOf('.')
  const digits = point < 0 ? mantissa : mantissa.slice(0, point) + mantissa.slice(point + 1)
  const whole = (point < 0 ? mantissa.length : point) + exponent
  const plain = whole <= 0 ? `0.${'0'.repeat(-whole)}${digits}` : digits + '0'.repeat(whole - digits.length)
  return negative ? `-${plain}` : plain
}

const DECIMAL_TEXT = /^-?[0-9]{1,64}(\.[0-9]{1,64})?$/

/** Scaled integer of decimal text, rounded half away from zero; null when it is not one or too large. */
export function scaleText(text: string, scale: number): bigint | null {
  return DECIMAL_TEXT.test(text) ? scaleDigits(text, scale) : null
}

function scaleDigits(text: string, scale: number): bigint | null {
  const negative = text.startsWith('-')
  const start = negative ? 1 : 0
  const found = text.indexOf('.')
  const point = found < 0 ? text.length : found
  const fraction = text.slice(point + 1)
  let scaled = BigInt(text.slice(start, point) + fraction.slice(0, scale).padEnd(scale, '0'))
  if (fraction.length > scale && fraction.charCodeAt(scale) >= 53) scaled += 1n
  if (scaled >= DECIMAL_LIMIT) return null
  return negative ? -scaled : scaled
}

/** Powers of ten that a double holds exactly. */
const FACTORS = Array.from({ length: 23 }, (_, scale) => Number(`1e${scale}`))

/**
 * Scaled integer of a double: that of its shortest text. Where d = round(x·10^scale) is at most 10^15 and d / 10^scale
 * gives x back, d is that integer, because no two decimals of 15 digits share a double.
 */
export function scaleNumber(value: number, scale: number): number | bigint | null {
  const factor = FACTORS[scale] ?? NaN
  const scaled = Math.round(value * factor)
  if (scaled <= FAST_DECIMAL_LIMIT && scaled >= -FAST_DECIMAL_LIMIT && scaled / factor === value)
    return scaled + 0
  return scaleDigits(plainText(value), scale)
}

/** Text of a scaled integer with exactly `scale` digits after the point. */
export function scaledText(scaled: bigint | number, scale: number): string {
  const text = String(scaled)
  if (scale === 0) return text
  const negative = text.startsWith('-')
  const digits = (negative ? text.slice(1) : text).padStart(scale + 1, '0')
  const point = digits.length - scale
  return `${negative ? '-' : ''}${digits.slice(0, point)}.${digits.slice(point)}`
}

/** Inverse of `scaledText`; also reads what Postgres made of it. */
export function parseScaled(text: string, scale: number): bigint {
  const point = text.indexOf('.')
  if (point < 0) return BigInt(text) * 10n ** BigInt(scale)
  const fraction = text.slice(point + 1)
  return BigInt(text.slice(0, point) + fraction.slice(0, scale).padEnd(scale, '0'))
}

export function trimDecimal(text: string): string {
  if (!text.includes('.')) return text
  const trimmed = text.replace(/\.?0+$/, '')
  return trimmed === '-0' ? '0' : trimmed
}

/** Quotient of two integers, rounded half away from zero. `divisor` > 0. */
export function divideRounded(dividend: bigint, divisor: bigint): bigint {
  const magnitude = dividend < 0n ? -dividend : dividend
  const quotient = (2n * magnitude + divisor) / (2n * divisor)
  return dividend < 0n ? -quotient : quotient
}

/** An exact integer as a number while a double holds it, else as text. */
export function integerAnswer(text: string): number | string {
  const value = Number(text)
  return Number.isSafeInteger(value) ? value : text
}
