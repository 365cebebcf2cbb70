import { readInstant } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Severity, SilenceMatch, SilenceView } from '@/server/api'

export type Every = 'never' | 'day' | 'week' | 'month'

/** What is typed into the form, before it is read. */
export interface SilenceFields {
  rule: string
  pipeline: string
  cause: string
  owner: string
  severity: Severity | 'any'
  /** How long from now, in minutes; null: `from` and `to` as typed. */
  minutes: number | null
  from: string
  to: string
  every: Every
  /** Of a recurrence; empty: for good. */
  until: string
  reason: string
}

export const durations = [
  { minutes: 30, label: '30 min' },
  { minutes: 120, label: '2 h' },
  { minutes: 480, label: '8 h' },
  { minutes: 1_440, label: '1 day' },
] as const

export function emptyFields(match: SilenceMatch, kind: SilenceView['kind']): SilenceFields {
  return {
    rule: match.rule ?? '',
    pipeline: match.pipeline ?? '',
    cause: match.cause ?? '',
    owner: match.owner ?? '',
    severity: match.severity ?? 'any',
    minutes: kind === 'silence' ? 120 : null,
    from: '',
    to: '',
    every: 'never',
    until: '',
    reason: '',
  }
}

/** Only what was filled in: an empty field asks for nothing. */
export function matchOf({ rule, pipeline, cause, owner, severity }: SilenceFields): SilenceMatch {
  const text = (name: keyof SilenceMatch, value: string) =>
    value.trim() === '' ? {} : { [name]: value.trim() }
  return {
    ...text('rule', rule),
    ...text('pipeline', pipeline),
    ...text('cause', cause),
    ...text('owner', owner),
    ...(severity === 'any' ? {} : { severity }),
  }
}

export interface SilenceTimes {
  startsAt: number
  endsAt: number
  recurrence: SilenceView['recurrence']
}

/** When it holds, or in words what is missing. */
export function timesOf(fields: SilenceFields, zone: Zone, now: number): SilenceTimes | string {
  const { minutes, from, to, every, until } = fields
  if (minutes !== null) return { startsAt: now, endsAt: now + minutes * 60_000, recurrence: null }
  const startsAt = readInstant(from, zone)
  const endsAt = readInstant(to, zone)
  if (startsAt === null) return 'Give a beginning like 2026-11-22 17:00.'
  if (endsAt === null) return 'Give an end like 2026-11-22 18:00.'
  if (endsAt <= startsAt) return 'The end must be after the beginning.'
  if (every === 'never') return endsAt <= now ? 'It is over already.' : { startsAt, endsAt, recurrence: null }
  const last = until.trim() === '' ? null : readInstant(until, zone)
  if (until.trim() !== '' && last === null)
    return 'Give the last day like 2026-12-31 00:00, or leave it empty.'
  return { startsAt, endsAt, recurrence: { every, until: last } }
}

/** Why it cannot be added yet; null: it can. */
export function offReason(fields: SilenceFields, zone: Zone, now: number): string | null {
  if (Object.keys(matchOf(fields)).length === 0)
    return 'Name at least a rule, a pipeline, a cause, a severity or an owner.'
  const times = timesOf(fields, zone, now)
  if (typeof times === 'string') return times
  return fields.reason.trim() === '' ? 'Give a reason: it stands beside every alert it mutes.' : null
}

const names: Record<keyof SilenceMatch, string> = {
  rule: 'rule',
  pipeline: 'pipeline',
  cause: 'cause',
  severity: 'severity',
  owner: 'owner',
}

/** "rule batch.*, pipeline departures". */
export function matchText(match: SilenceMatch): string {
  const parts = Object.entries(names).flatMap(([field, name]) => {
    const value = match[field as keyof SilenceMatch]
    return value === undefined ? [] : [`${name} ${value}`]
  })
  return parts.length > 0 ? parts.join(', ') : 'everything'
}
