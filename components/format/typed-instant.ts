import type { Zone } from './instant'

const minute = 60_000
const shape = /^(\d{4}-\d{2}-\d{2})[ T](\d{2}:\d{2}(?::\d{2})?)$/

/** A typed instant, "2026-11-22 17:59" or with seconds, read in the chosen zone; null when it is none. */
export function readInstant(text: string, zone: Zone): number | null {
  const match = shape.exec(text.trim())
  if (!match) return null
  const iso = `${match[1] ?? ''}T${match[2] ?? ''}`
  const ms = zone === 'utc' ? Date.parse(`${iso}Z`) : new Date(iso).getTime()
  return Number.isFinite(ms) ? ms : null
}

export function writeInstant(ms: number, zone: Zone): string {
  const shifted = zone === 'utc' ? ms : ms - new Date(ms).getTimezoneOffset() * minute
  const text = new Date(shifted).toISOString().replace('T', ' ')
  return text.slice(0, ms % minute === 0 ? 16 : 19)
}
