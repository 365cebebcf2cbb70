/** Decimal text as digits · 10^exponent, whatever notation it is in. */
function digitsOf(text: string): { digits: bigint; exponent: number } {
  const [mantissa = '0', power = '0'] = text.toLowerCase().split('e')
  const [whole = '0', fraction = ''] = mantissa.split('.')
  return { digits: BigInt(whole + fraction), exponent: Number(power) - fraction.length }
}

/** Scaled integer, rounded half away from zero. */
export function scaledReference(text: string, scale: number): bigint {
  const { digits, exponent } = digitsOf(text)
  const shift = exponent + scale
  if (shift >= 0) return digits * 10n ** BigInt(shift)
  const unit = 10n ** BigInt(-shift)
  const size = digits < 0n ? -digits : digits
  const rounded = size / unit + (size % unit >= unit - (size % unit) ? 1n : 0n)
  return text.startsWith('-') ? -rounded : rounded
}

export function paddedReference(scaled: bigint, scale: number): string {
  const size = scaled < 0n ? -scaled : scaled
  const unit = 10n ** BigInt(scale)
  const fraction = scale === 0 ? '' : `.${String(unit + (size % unit)).slice(1)}`
  return `${scaled < 0n ? '-' : ''}${size / unit}${fraction}`
}

/** A double at 12 significant digits, without an exponent. */
export function floatReference(value: number): string {
  if (!Number.isFinite(value)) return String(value)
  const { digits, exponent } = digitsOf(String(Number(value.toPrecision(12))))
  return exponent >= 0 ? String(digits * 10n ** BigInt(exponent)) : paddedReference(digits, -exponent)
}

/** Exact sum of doubles, each taken as the decimal it prints as. */
export function floatSumReference(values: number[]): number {
  if (!values.every(Number.isFinite)) return values.reduce((sum, value) => sum + value, 0)
  const scale = 400
  const sum = values.reduce((total, value) => total + scaledReference(String(value), scale), 0n)
  return Number(paddedReference(sum, scale))
}
