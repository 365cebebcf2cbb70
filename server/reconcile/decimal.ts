/** Exact arithmetic on decimal text; numbers may be in any notation that JavaScript or Postgres writes. */

interface Parsed {
  digits: bigint
  scale: number
}

function parse(text: string): Parsed {
  const [mantissa = '0', power = '0'] = text.toLowerCase().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  const digits = BigInt(whole + fraction)
  const scale = fraction.length - Number(power)
  return scale >= 0 ? { digits, scale } : { digits: digits * 10n ** BigInt(-scale), scale: 0 }
}

function format({ digits, scale }: Parsed): string {
  const size = String(digits < 0n ? -digits : digits).padStart(scale + 1, '0')
  const point = size.length - scale
  const fraction = size.slice(point).replace(/0+$/, '')
  const text = fraction === '' ? size.slice(0, point) : `${size.slice(0, point)}.${fraction}`
  return digits < 0n ? `-${text}` : text
}

function align(a: string, b: string): { left: bigint; right: bigint; scale: number } {
  const [x, y] = [parse(a), parse(b)]
  const scale = Math.max(x.scale, y.scale)
  const at = ({ digits, scale: own }: Parsed) => digits * 10n ** BigInt(scale - own)
  return { left: at(x), right: at(y), scale }
}

export function add(a: string, b: string): string {
  const { left, right, scale } = align(a, b)
  return format({ digits: left + right, scale })
}

export function subtract(a: string, b: string): string {
  const { left, right, scale } = align(a, b)
  return format({ digits: left - right, scale })
}

export const negate = (text: string): string => subtract('0', text)

export const isZero = (text: string): boolean => parse(text).digits === 0n

export function size(text: string): string {
  return text.startsWith('-') ? text.slice(1) : text
}

/** Below 0, 0 or above, as a is to b. */
export function compare(a: string, b: string): number {
  const { left, right } = align(a, b)
  return left < right ? -1 : left > right ? 1 : 0
}

/** Without an exponent or trailing zeros, as all here is written. */
export const plain = (text: string): string => format(parse(text))
