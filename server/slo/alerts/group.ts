import type { Severity } from '../model'
import { coolDownMs, type AlertRecord, type IncidentEvent, type IncidentRecord } from './book'

export interface Grouped {
  alerts: AlertRecord[]
  incidents: IncidentRecord[]
  events: IncidentEvent[]
}

export const byAlert = 'alert'

/**
 * One live incident per cause. It opens with the first alert of its cause that fires and is not held back, takes in
 * the effects that its alerts mute, and is resolved with the last alert of its cause.
 */
export function group(
  previous: readonly IncidentRecord[],
  alerts: readonly AlertRecord[],
  now: number,
  newId: () => number,
): Grouped {
  const events: IncidentEvent[] = []
  const firing = alerts.filter(({ state }) => state === 'firing')
  const incidents = previous.map((incident) => ({ ...incident }))
  for (const incident of incidents) if (isAwake(incident, now)) wake(incident, now, events)
  for (const cause of new Set(firing.filter(({ mutedBy }) => mutedBy === null).map((one) => one.cause))) {
    if (incidents.some((one) => one.cause === cause && one.state !== 'resolved')) continue
    const own = firing.filter((one) => one.cause === cause)
    const recent = incidents
      .filter((one) => one.cause === cause && now - (one.resolvedAt ?? -Infinity) < coolDownMs)
      .sort((a, b) => b.id - a.id)[0]
    if (recent) reopen(recent, now)
    const incident = recent ?? opened(cause, own, { now, id: newId() })
    if (!recent) incidents.push(incident)
    events.push({
      incidentId: incident.id,
      at: now,
      kind: recent ? 'reopened' : 'opened',
      says: primary(own)?.title ?? cause,
      detail: { rules: own.map(({ rule }) => rule) },
    })
  }
  const liveOf = (cause: string) => incidents.find((one) => one.cause === cause && one.state !== 'resolved')
  const causeOf = new Map(alerts.map(({ id, cause }) => [id, cause]))
  const attached = alerts.map((alert) => {
    if (alert.state === 'resolved') return alert
    const explainedBy = alert.mutedBy?.kind === 'alert' ? causeOf.get(alert.mutedBy.id) : undefined
    const incident = liveOf(alert.cause) ?? (explainedBy === undefined ? undefined : liveOf(explainedBy))
    // Pending ones belong nowhere yet; one whose cause has ended leaves its incident.
    const incidentId = alert.state === 'firing' ? (incident?.id ?? null) : null
    if (incident && incidentId !== alert.incidentId && incidentId !== null && incident.cause !== alert.cause)
      events.push({
        incidentId,
        at: now,
        kind: 'effect',
        says: alert.title,
        detail: { rule: alert.rule, cause: alert.cause },
      })
    return { ...alert, incidentId }
  })
  for (const incident of incidents) {
    if (incident.state === 'resolved') continue
    if (attached.some((one) => one.cause === incident.cause && one.state === 'firing'))
      update(incident, attached, now, events)
    else if (incident.openedBy === byAlert) resolve(incident, now, events)
  }
  return { alerts: attached, incidents, events }
}

function opened(
  cause: string,
  own: readonly AlertRecord[],
  { now, id }: { now: number; id: number },
): IncidentRecord {
  return {
    id,
    cause,
    severity: 'ticket',
    state: 'open',
    title: cause,
    owner: primary(own)?.owner ?? null,
    pipelines: [],
    objectives: [],
    runbook: null,
    fromAt: null,
    toAt: null,
    openedAt: now,
    openedBy: byAlert,
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    resolvedBy: null,
    snoozedUntil: null,
    escalation: 0,
    escalateAt: null,
    openings: 1,
    reopenedAt: null,
    dedupeKey: null,
    told: { channels: [], opened: false, acknowledged: false, resolved: false },
  }
}

function reopen(incident: IncidentRecord, now: number): void {
  Object.assign(incident, {
    state: 'open',
    severity: 'ticket',
    acknowledgedAt: null,
    acknowledgedBy: null,
    resolvedAt: null,
    resolvedBy: null,
    snoozedUntil: null,
    toAt: null,
    escalation: 0,
    escalateAt: null,
    openings: incident.openings + 1,
    reopenedAt: now,
    told: { channels: incident.told.channels, opened: false, acknowledged: false, resolved: false },
  } satisfies Partial<IncidentRecord>)
}

/** Somebody took it until then: from there it is nobody's again. */
const isAwake = ({ state, snoozedUntil }: IncidentRecord, now: number): boolean =>
  state === 'acknowledged' && snoozedUntil !== null && snoozedUntil <= now

function wake(incident: IncidentRecord, now: number, events: IncidentEvent[]): void {
  Object.assign(incident, {
    state: 'open',
    acknowledgedAt: null,
    acknowledgedBy: null,
    snoozedUntil: null,
    escalateAt: now,
    told: { ...incident.told, acknowledged: false },
  } satisfies Partial<IncidentRecord>)
  events.push({ incidentId: incident.id, at: now, kind: 'woke', says: 'Its snooze is over.', detail: {} })
}

function resolve(incident: IncidentRecord, now: number, events: IncidentEvent[]): void {
  Object.assign(incident, {
    state: 'resolved',
    resolvedAt: now,
    resolvedBy: byAlert,
    toAt: now,
    escalateAt: null,
  })
  events.push({
    incidentId: incident.id,
    at: now,
    kind: 'resolved',
    says: 'Its alerts have ended.',
    detail: {},
  })
}

/** The worst of its alerts and of the effects that it mutes; it does not get milder while it lasts. */
function update(
  incident: IncidentRecord,
  alerts: readonly AlertRecord[],
  now: number,
  events: IncidentEvent[],
): void {
  const members = alerts.filter(({ incidentId, state }) => incidentId === incident.id && state === 'firing')
  const own = members.filter(({ cause }) => cause === incident.cause)
  const first = primary(own)
  if (!first) return
  const severity = [incident.severity, ...members.map((one) => one.severity)].reduce(worse)
  // At its opening nothing was told of another severity.
  if (severity !== incident.severity && incident.told.opened)
    events.push({
      incidentId: incident.id,
      at: now,
      kind: 'severity',
      says: `It is a ${severity} now.`,
      detail: { severity },
    })
  const starts = members.map(({ evidence, pendingSince }) => numberOr(evidence.from, pendingSince))
  Object.assign(incident, {
    severity,
    title: first.title,
    owner: first.owner,
    runbook: own.find(({ runbook }) => runbook !== null)?.runbook ?? incident.runbook,
    pipelines: union(
      incident.pipelines,
      members.flatMap(({ pipeline, evidence }) => [pipeline, ...texts(evidence.pipelines)]),
    ),
    objectives: union(
      incident.objectives,
      members.map(({ objectiveId }) => objectiveId),
    ),
    fromAt: Math.min(...starts, incident.fromAt ?? Infinity),
  } satisfies Partial<IncidentRecord>)
}

const rank: Record<Severity, number> = { ticket: 0, page: 1 }
const worse = (a: Severity, b: Severity): Severity => (rank[b] > rank[a] ? b : a)

/** The alert an incident is named after: the worst, then the first. */
export const primary = (alerts: readonly AlertRecord[]): AlertRecord | undefined =>
  [...alerts].sort(
    (a, b) =>
      rank[b.severity] - rank[a.severity] || a.pendingSince - b.pendingSince || (a.rule < b.rule ? -1 : 1),
  )[0]

const union = (known: readonly string[], found: readonly (string | null)[]): string[] => [
  ...new Set([...known, ...found.filter((one): one is string => one !== null && one !== '')]),
]
const texts = (value: unknown): string[] =>
  Array.isArray(value) ? value.filter((one): one is string => typeof one === 'string') : []
const numberOr = (value: unknown, other: number): number => (typeof value === 'number' ? value : other)
