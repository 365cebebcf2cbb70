import type { Figure } from './number'

const units = [
  { ms: 86_400_000, name: 'd' },
  { ms: 3_600_000, name: 'h' },
  { ms: 60_000, name: 'min' },
  { ms: 1000, name: 's' },
] as const

/** At most two parts of time: 8 min 41 s, 9 h 8 min, 0.8 s, 120 ms. */
export function durationParts(ms: number): Figure[] {
  const size = Math.max(0, ms)
  if (size < 1) return [{ value: '0', unit: 's' }]
  if (size < 100) return [{ value: String(Math.round(size)), unit: 'ms' }]
  if (size < 9_950) return [{ value: String(Math.round(size / 100) / 10), unit: 's' }]
  const first = units.findIndex((u) => roundTo(size, stepBelow(u.ms)) >= u.ms)
  const big = units[first]
  if (!big) return [{ value: String(Math.round(size / 1000)), unit: 's' }]
  const small = units[first + 1]
  const rounded = roundTo(size, small?.ms ?? big.ms)
  const whole = Math.floor(rounded / big.ms)
  const rest = small ? Math.round((rounded - whole * big.ms) / small.ms) : 0
  const parts: Figure[] = [{ value: String(whole), unit: big.name }]
  if (small && rest > 0) parts.push({ value: String(rest), unit: small.name })
  return parts
}

export function formatDuration(ms: number): string {
  return durationParts(ms)
    .map((part) => `${part.value} ${part.unit}`)
    .join(' ')
}

/** The unit below, whose rounding may carry into this one (59 min 59.7 s is 1 h). */
function stepBelow(unitMs: number): number {
  const i = units.findIndex((u) => u.ms === unitMs)
  return units[i + 1]?.ms ?? unitMs
}

function roundTo(ms: number, step: number): number {
  return Math.round(ms / step) * step
}
