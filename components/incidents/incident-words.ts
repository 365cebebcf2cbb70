import { formatDuration, formatNear } from '@/components/format'
import type { Zone } from '@/components/format'
import type { Status } from '@/components/ui'
import type { IncidentListItem } from '@/server/api'

type Known = Pick<
  IncidentListItem,
  | 'state'
  | 'severity'
  | 'acknowledgedBy'
  | 'acknowledgedAt'
  | 'escalateAt'
  | 'snoozedUntil'
  | 'resolvedAt'
  | 'resolvedBy'
>

export const incidentStatus = ({ state, severity }: Pick<Known, 'state' | 'severity'>): Status => {
  if (state === 'resolved') return 'ok'
  return severity === 'page' ? 'bad' : 'warn'
}

/** Who has it, and what happens next if nobody does anything. */
export function stateText(incident: Known, zone: Zone, now: number): string {
  const { state, acknowledgedBy, acknowledgedAt, escalateAt, snoozedUntil, resolvedAt, resolvedBy } = incident
  if (state === 'resolved')
    return `Resolved ${resolvedAt === null ? '' : `${formatNear(resolvedAt, zone, now)} `}by ${
      resolvedBy === 'alert' ? 'the end of its alerts' : (resolvedBy ?? 'somebody')
    }`
  if (snoozedUntil !== null && snoozedUntil > now)
    return `Snoozed until ${formatNear(snoozedUntil, zone, now)}`
  if (state === 'acknowledged')
    return `${acknowledgedBy ?? 'Somebody'} is on it${
      acknowledgedAt === null ? '' : ` since ${formatNear(acknowledgedAt, zone, now)}`
    }`
  if (escalateAt === null) return 'Nobody is on it'
  const inMs = escalateAt - now
  return inMs > 0 ? `Nobody is on it; escalates in ${formatDuration(inMs)}` : 'Nobody is on it; escalates now'
}
