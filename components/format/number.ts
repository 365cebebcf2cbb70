/** A figure and its unit, kept apart so that the unit can be drawn quieter. */
export interface Figure {
  value: string
  unit: string
}

const minus = (text: string) => text.replace('-', '−')
const grouped = new Intl.NumberFormat('en-US', { maximumFractionDigits: 0 })

/** 10,004; exact, without a unit. */
export function formatCount(n: number): string {
  return minus(grouped.format(n))
}

const steps = [
  { at: 1e12, unit: 'T' },
  { at: 1e9, unit: 'G' },
  { at: 1e6, unit: 'M' },
  { at: 1e3, unit: 'k' },
] as const

/** 21.8 k, 1.2 M: three digits that a person can compare. Under 10,000 the exact figure. */
export function compactFigure(n: number): Figure {
  const size = Math.abs(n)
  if (size < 10_000) return { value: formatNumber(n, 3), unit: '' }
  const step = steps.find((s) => size >= s.at) ?? steps[3]
  return { value: formatNumber(n / step.at, 3), unit: step.unit }
}

export function formatCompact(n: number): string {
  const { value, unit } = compactFigure(n)
  return unit ? `${value} ${unit}` : value
}

/** At most `digits` significant digits, never fewer than the whole part has. */
export function formatNumber(n: number, digits: number): string {
  if (!Number.isFinite(n)) return 'no value'
  const whole = Math.abs(n) >= 1 ? Math.floor(Math.log10(Math.abs(n))) + 1 : 0
  if (whole >= digits) return formatCount(Math.round(n))
  if (n !== 0 && Math.abs(n) < 1e-6) return minus(n.toExponential(2))
  const rounded = Number(n.toPrecision(digits))
  return minus(rounded.toLocaleString('en-US', { maximumFractionDigits: 9 }))
}

/** A served measure: an exact decimal keeps every digit, a float shows six, null says so. */
export function formatMeasure(value: number | string | null | undefined): string {
  if (value === null || value === undefined) return 'no value'
  if (typeof value === 'string') return groupDecimal(value)
  return Number.isInteger(value) ? formatCount(value) : formatNumber(value, 6)
}

function groupDecimal(text: string): string {
  const match = /^(-?)(\d+)(\.\d+)?$/.exec(text)
  if (!match) return text
  const [, sign = '', whole = '', fraction = ''] = match
  return minus(sign) + whole.replace(/\B(?=(\d{3})+$)/g, ',') + fraction
}

/** A measure as a number for drawing; an exact decimal loses digits here, and only here. */
export function measureNumber(value: number | string | null | undefined): number | null {
  if (value === null || value === undefined) return null
  const n = typeof value === 'number' ? value : Number(value)
  return Number.isFinite(n) ? n : null
}

/** A share as per cent: 99.184, 0.03. */
export function formatPercent(share: number): string {
  const percent = share * 100
  const size = Math.abs(percent)
  if (size > 0 && size < 0.01) return percent < 0 ? '> −0.01' : '< 0.01'
  return minus(percent.toFixed(size >= 10 ? 1 : 2))
}

/** A difference always has a sign, zero has none. */
export function formatSigned(n: number, format: (n: number) => string = formatMeasure): string {
  if (n === 0) return '0'
  return n > 0 ? `+${format(n)}` : format(n)
}

export function bytesFigure(bytes: number): Figure {
  const units = ['B', 'kB', 'MB', 'GB', 'TB', 'PB']
  let value = bytes
  let i = 0
  while (Math.abs(value) >= 1000 && i < units.length - 1) {
    value /= 1000
    i++
  }
  return { value: i === 0 ? formatCount(value) : formatNumber(value, 3), unit: units[i] ?? 'B' }
}

export function formatBytes(bytes: number): string {
  const { value, unit } = bytesFigure(bytes)
  return `${value} ${unit}`
}

export function plural(n: number, one: string, many = `${one}s`): string {
  return `${formatCount(n)} ${n === 1 ? one : many}`
}
