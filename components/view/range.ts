import { formatRange } from '@/components/format'
import type { Zone } from '@/components/format'

export const presets = ['15m', '1h', '6h', '24h', 'batch'] as const
export type Preset = (typeof presets)[number]

/** A preset stays relative: shared or reloaded it means "up to now" again. A custom range is two instants. */
export type ViewRange = { kind: 'preset'; preset: Preset } | { kind: 'custom'; from: number; to: number }

/** What the API takes. */
export type ApiRange = { lastMs: number } | { from: number; to: number }

const minute = 60_000
const lastMsByPreset: Record<Exclude<Preset, 'batch'>, number> = {
  '15m': 15 * minute,
  '1h': 60 * minute,
  '6h': 360 * minute,
  '24h': 1_440 * minute,
}
const labels: Record<Preset, string> = {
  '15m': 'Last 15 min',
  '1h': 'Last 1 h',
  '6h': 'Last 6 h',
  '24h': 'Last 24 h',
  batch: 'Since last batch',
}

export const presetLabel = (preset: Preset): string => labels[preset]
export const defaultRange: ViewRange = { kind: 'preset', preset: '1h' }
/** What an executive looks back on. */
export const overviewRange: ViewRange = { kind: 'preset', preset: '24h' }

export function parseRange(text: string): ViewRange | null {
  const preset = presets.find((p) => p === text)
  if (preset) return { kind: 'preset', preset }
  const [from, to, more] = text.split('~').map((part) => Date.parse(part))
  if (from === undefined || to === undefined || more !== undefined) return null
  return from < to ? { kind: 'custom', from, to } : null
}

export function writeRange(range: ViewRange): string {
  if (range.kind === 'preset') return range.preset
  return `${compactIso(range.from)}~${compactIso(range.to)}`
}

const compactIso = (ms: number) => new Date(ms).toISOString().replace('.000Z', 'Z')

export function rangeLabel(range: ViewRange, zone: Zone, now: number): string {
  return range.kind === 'preset' ? labels[range.preset] : formatRange(range.from, range.to, zone, now)
}

/**
 * The range to ask for. "Since last batch" reaches from a little before the boundary to now; it grows in steps,
 * so that the live feed is not opened anew every second.
 */
export function apiRange(range: ViewRange, boundary: number | null, now: number): ApiRange {
  if (range.kind === 'custom') return { from: range.from, to: range.to }
  if (range.preset !== 'batch') return { lastMs: lastMsByPreset[range.preset] }
  if (boundary === null) return { lastMs: lastMsByPreset['1h'] }
  const since = Math.max(now - boundary, minute)
  const step = niceStep(since)
  return { lastMs: Math.ceil((since * 1.25) / step) * step }
}

function niceStep(ms: number): number {
  return ms < 30 * minute ? 5 * minute : ms < 1_440 * minute ? 30 * minute : 1_440 * minute
}

/** The two ends on the time axis. */
export function rangeEnds(range: ApiRange, now: number): { from: number; to: number } {
  return 'lastMs' in range ? { from: now - range.lastMs, to: now } : range
}
