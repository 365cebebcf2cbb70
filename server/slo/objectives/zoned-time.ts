/** Calendar time of a zone, without a zone of its own: ms of the same reading on a UTC clock. */
export type LocalTime = number

const formats = new Map<string, Intl.DateTimeFormat>()

function formatOf(zone: string): Intl.DateTimeFormat {
  const known = formats.get(zone)
  if (known) return known
  const format = new Intl.DateTimeFormat('en-US', {
    timeZone: zone,
    hourCycle: 'h23',
    year: 'numeric',
    month: 'numeric',
    day: 'numeric',
    hour: 'numeric',
    minute: 'numeric',
    second: 'numeric',
  })
  formats.set(zone, format)
  return format
}

export function isZone(zone: string): boolean {
  try {
    formatOf(zone)
    return true
  } catch {
    return false
  }
}

export function localOf(at: number, zone: string): LocalTime {
  const part: Record<string, number> = {}
  for (const { type, value } of formatOf(zone).formatToParts(at)) part[type] = Number(value)
  const { year = 0, month = 1, day = 1, hour = 0, minute = 0, second = 0 } = part
  return Date.UTC(year, month - 1, day, hour, minute, second) + (((at % 1000) + 1000) % 1000)
}

/**
 * The instant at which a zone's clocks show this. In the hour that comes twice: the first; in the one that is left
 * out: as far behind its start as the reading says.
 */
export function instantOf(local: LocalTime, zone: string): number {
  const offsets = [-day, day].map((distance) => localOf(local + distance, zone) - (local + distance))
  const [before = 0, after = 0] = offsets
  const early = local - before
  return localOf(early, zone) === local || before === after ? early : late(local, { zone, before, after })
}

const day = 86_400_000

function late(local: LocalTime, { zone, before, after }: { zone: string; before: number; after: number }) {
  const at = local - after
  return localOf(at, zone) === local ? at : local - before
}

export type CalendarUnit = 'day' | 'week' | 'month' | 'quarter'

/** `count` units on from a reading; a day that the month lacks is its last one. */
export function addUnits(local: LocalTime, unit: CalendarUnit, count: number): LocalTime {
  if (unit === 'day' || unit === 'week') return local + count * (unit === 'day' ? 1 : 7) * day
  const date = new Date(local)
  const month = date.getUTCMonth() + count * (unit === 'month' ? 1 : 3)
  const firstOfMonth = Date.UTC(date.getUTCFullYear(), month, 1)
  const lastDay = new Date(Date.UTC(date.getUTCFullYear(), month + 1, 0)).getUTCDate()
  const timeOfDay = ((local % day) + day) % day
  return firstOfMonth + (Math.min(date.getUTCDate(), lastDay) - 1) * day + timeOfDay
}
