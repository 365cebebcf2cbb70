import type { MutedBy, Severity, SilenceMatch, SilenceView } from '../model'

export type Recurrence = { every: 'day' | 'week' | 'month'; until: number | null } | null

/** A silence or maintenance window as it is stored. */
export interface SilenceRecord {
  id: number
  kind: SilenceView['kind']
  match: SilenceMatch
  reason: string
  actor: string
  startsAt: number
  endsAt: number
  recurrence: Recurrence
}

/** What of an alert a silence can match. */
export interface Matchable {
  rule: string
  pipeline: string | null
  cause: string
  severity: Severity
  owner: string | null
}

/** The silence's occurrence at an instant, half-open; null: it is not in force. */
export function occurrenceAt(silence: SilenceRecord, at: number): { from: number; to: number } | null {
  const { startsAt, endsAt, recurrence } = silence
  if (at < startsAt) return null
  if (recurrence === null) return at < endsAt ? { from: startsAt, to: endsAt } : null
  const from = lastStart(startsAt, recurrence.every, at)
  const to = from + (endsAt - startsAt)
  const isOver = recurrence.until !== null && from >= recurrence.until
  return !isOver && at < to ? { from, to } : null
}

const dayMs = 86_400_000

/** The latest occurrence that began at or before `at`. Months keep the day of the month, or take its last day (UTC). */
function lastStart(startsAt: number, every: 'day' | 'week' | 'month', at: number): number {
  if (every !== 'month') {
    const step = every === 'day' ? dayMs : 7 * dayMs
    return startsAt + Math.floor((at - startsAt) / step) * step
  }
  const first = new Date(startsAt)
  const now = new Date(at)
  const months =
    (now.getUTCFullYear() - first.getUTCFullYear()) * 12 + now.getUTCMonth() - first.getUTCMonth()
  const start = addMonths(startsAt, months)
  return start <= at ? start : addMonths(startsAt, months - 1)
}

function addMonths(at: number, months: number): number {
  const moved = new Date(at)
  const day = moved.getUTCDate()
  moved.setUTCDate(1)
  moved.setUTCMonth(moved.getUTCMonth() + months)
  const lastDay = new Date(Date.UTC(moved.getUTCFullYear(), moved.getUTCMonth() + 1, 0)).getUTCDate()
  moved.setUTCDate(Math.min(day, lastDay))
  return moved.getTime()
}

/** All given fields must match; a text that ends in `*` matches what begins with it. */
export const matches = (match: SilenceMatch, alert: Matchable): boolean =>
  (['rule', 'pipeline', 'cause', 'severity', 'owner'] as const).every((field) => {
    const wanted = match[field]
    if (wanted === undefined) return true
    const value = alert[field] ?? ''
    return wanted.endsWith('*') ? value.startsWith(wanted.slice(0, -1)) : value === wanted
  })

/** The silence in force that holds an alert back longest; null: none does. */
export function silencedBy(
  silences: readonly SilenceRecord[],
  alert: Matchable,
  now: number,
): { by: MutedBy; until: number } | null {
  const found = silences
    .flatMap((silence) => {
      const occurrence = matches(silence.match, alert) ? occurrenceAt(silence, now) : null
      return occurrence ? [{ silence, until: occurrence.to }] : []
    })
    .sort((a, b) => b.until - a.until)[0]
  if (!found) return null
  const { kind, id, reason, actor } = found.silence
  return { by: { kind, id, says: `${reason} (${actor})` }, until: found.until }
}

/** For the list: not begun, in force (or between two occurrences), or over. */
export function silenceState(silence: SilenceRecord, now: number): SilenceView['state'] {
  if (now < silence.startsAt) return 'pending'
  if (occurrenceAt(silence, now) !== null) return 'active'
  const { recurrence } = silence
  if (recurrence === null) return 'expired'
  return recurrence.until !== null && now >= recurrence.until ? 'expired' : 'pending'
}
