import { formatInstant, formatNumber, zoneOffsetMs } from '@/components/format'
import type { Zone } from '@/components/format'

export interface Tick {
  at: number
  label: string
}

const second = 1000
const minute = 60 * second
const hour = 60 * minute
const day = 24 * hour
const timeSteps = [
  ...[1, 2, 5, 10, 15, 30].map((n) => n * second),
  ...[1, 2, 5, 10, 15, 30].map((n) => n * minute),
  ...[1, 2, 3, 6, 12].map((n) => n * hour),
  ...[1, 2, 7, 14, 30, 60, 120, 365].map((n) => n * day),
]

/** Ticks at round times of the zone: at most `most` of them. */
export function timeTicks(from: number, to: number, zone: Zone, most: number): Tick[] {
  const span = to - from
  const step = timeSteps.find((s) => span / s <= most) ?? Math.ceil(span / most)
  const offset = zoneOffsetMs(from, zone)
  const first = Math.ceil((from + offset) / step) * step - offset
  const ticks: Tick[] = []
  for (let at = first; at <= to; at += step) ticks.push({ at, label: timeLabel(at, step, zone) })
  return ticks
}

function timeLabel(at: number, step: number, zone: Zone): string {
  if (step >= day) return formatInstant(at, zone, 'day')
  const midnight = (at + zoneOffsetMs(at, zone)) % day === 0
  if (midnight) return formatInstant(at, zone, 'day')
  return formatInstant(at, zone, step < minute ? 'second' : 'minute')
}

const roundSteps = [1, 2, 2.5, 5, 10]

/** Ticks that enclose [low, high]: round, three to six of them, one unit for all. */
export function valueTicks(low: number, high: number): Tick[] {
  const span = high - low || Math.abs(high) || 1
  const raw = span / 4
  const power = 10 ** Math.floor(Math.log10(raw))
  const step = (roundSteps.find((s) => s * power >= raw * 0.999) ?? 10) * power
  const first = Math.floor(low / step + 1e-9)
  const last = Math.max(Math.ceil(high / step - 1e-9), first + 1)
  const at = Array.from({ length: last - first + 1 }, (_, i) => cleaned((first + i) * step))
  const scale = unitFor(Math.max(...at.map(Math.abs)))
  return at.map((value) => ({ at: value, label: valueLabel(value, scale) }))
}

const cleaned = (n: number) => Number(n.toPrecision(12))

interface Scale {
  size: number
  unit: string
}
const scales: Scale[] = [
  { size: 1e12, unit: 'T' },
  { size: 1e9, unit: 'G' },
  { size: 1e6, unit: 'M' },
  { size: 1e3, unit: 'k' },
]

function unitFor(largest: number): Scale {
  return scales.find((s) => largest >= s.size * 2) ?? { size: 1, unit: '' }
}

function valueLabel(value: number, scale: Scale): string {
  if (value === 0) return '0'
  const text = formatNumber(value / scale.size, 4)
  return scale.unit ? `${text} ${scale.unit}` : text
}
