export type Zone = 'utc' | 'local'

/** What of an instant is written: 14:23, 14:23:26, 18 Nov, 18 Nov 14:23, 18 Nov 2026 (14:23:26 UTC). */
export type InstantStyle = 'minute' | 'second' | 'day' | 'dayMinute' | 'date' | 'full'

const options: Record<InstantStyle, Intl.DateTimeFormatOptions> = {
  minute: { hour: '2-digit', minute: '2-digit' },
  second: { hour: '2-digit', minute: '2-digit', second: '2-digit' },
  day: { day: 'numeric', month: 'short' },
  dayMinute: { day: 'numeric', month: 'short', hour: '2-digit', minute: '2-digit' },
  date: { day: 'numeric', month: 'short', year: 'numeric' },
  full: {
    day: 'numeric',
    month: 'short',
    year: 'numeric',
    hour: '2-digit',
    minute: '2-digit',
    second: '2-digit',
    timeZoneName: 'short',
  },
}

const formatters = new Map<string, Intl.DateTimeFormat>()

function formatter(style: InstantStyle, zone: Zone): Intl.DateTimeFormat {
  const id = `${style} ${zone}`
  const known = formatters.get(id)
  if (known) return known
  const made = new Intl.DateTimeFormat('en-GB', {
    ...options[style],
    hourCycle: 'h23',
    ...(zone === 'utc' ? { timeZone: 'UTC' } : {}),
  })
  formatters.set(id, made)
  return made
}

export function formatInstant(ms: number, zone: Zone, style: InstantStyle = 'minute'): string {
  return formatter(style, zone).format(ms).replaceAll(',', '')
}

/** A time of today is a time; of another day it carries the day, of another year the year. */
export function formatNear(
  ms: number,
  zone: Zone,
  now: number,
  style: 'minute' | 'second' = 'minute',
): string {
  if (sameDay(ms, now, zone)) return formatInstant(ms, zone, style)
  if (Math.abs(now - ms) > 300 * 86_400_000)
    return `${formatInstant(ms, zone, 'date')} ${formatInstant(ms, zone, style)}`
  return `${formatInstant(ms, zone, 'day')} ${formatInstant(ms, zone, style)}`
}

/** "14:10 to 14:11": seconds only where they matter, days only where they differ. */
export function formatRange(from: number, to: number, zone: Zone, now: number): string {
  const style = from % 60_000 !== 0 || to % 60_000 !== 0 ? 'second' : 'minute'
  const start = formatNear(from, zone, now, style)
  if (sameDay(from, to, zone)) return `${start} to ${formatInstant(to, zone, style)}`
  const dayStart = sameDay(from, now, zone) ? `${formatInstant(from, zone, 'day')} ${start}` : start
  const end = formatNear(to, zone, now, style)
  return `${dayStart} to ${sameDay(to, now, zone) ? `${formatInstant(to, zone, 'day')} ${end}` : end}`
}

function sameDay(a: number, b: number, zone: Zone): boolean {
  return formatInstant(a, zone, 'date') === formatInstant(b, zone, 'date')
}

/** Milliseconds the zone is ahead of UTC at that instant. */
export function zoneOffsetMs(ms: number, zone: Zone): number {
  return zone === 'utc' ? 0 : -new Date(ms).getTimezoneOffset() * 60_000
}
