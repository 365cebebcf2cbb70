import type { AlertBoard, AlertGroup, AlertView, Route, WatcherHealth } from '../model'
import { actionsOf } from './actions'
import type { AlertRecord, IncidentRecord } from './book'
import { primary } from './group'
import { routeOf } from './routes'
import type { WatcherMark } from './settings-store'
import { span } from './words'

export interface BoardFacts {
  alerts: readonly AlertRecord[]
  resolved: readonly AlertRecord[]
  incidents: readonly IncidentRecord[]
  routes: readonly Route[]
  watcher: WatcherMark | null
  now: number
}

/** One line per cause, worst and newest first; effects stand under the cause that explains them. */
export function composeBoard({ alerts, resolved, incidents, routes, watcher, now }: BoardFacts): AlertBoard {
  const causes = new Set(alerts.map(({ cause }) => cause))
  const groups = [...causes].map((cause) => {
    const own = alerts.filter((one) => one.cause === cause)
    const incident = incidents.find((one) => one.cause === cause && one.state !== 'resolved')
    return groupOf(own, alerts, { incident, routes, now })
  })
  return {
    at: now,
    watcher: watcherHealth(watcher, now),
    groups: groups.sort(byUrgency),
    resolved: resolved.map(viewOf),
  }
}

const viewOf = ({ fingerprint: _fingerprint, ...alert }: AlertRecord): AlertView => alert

interface Around {
  incident: IncidentRecord | undefined
  routes: readonly Route[]
  now: number
}

function groupOf(
  own: readonly AlertRecord[],
  all: readonly AlertRecord[],
  { incident, routes, now }: Around,
): AlertGroup {
  const firing = own.filter(({ state }) => state === 'firing')
  const first = primary(firing.length > 0 ? firing : own) as AlertRecord
  const ids = new Set(own.map(({ id }) => id))
  const mutes = all.filter(
    ({ mutedBy, cause }) => mutedBy?.kind === 'alert' && ids.has(mutedBy.id) && cause !== first.cause,
  )
  const muted = own.every(({ mutedBy }) => mutedBy !== null) ? first : null
  return {
    cause: first.cause,
    incidentId: incident?.id ?? null,
    severity: incident?.severity ?? first.severity,
    state: stateOf(firing, incident, muted !== null),
    title: first.title,
    says: first.says,
    owner: first.owner,
    pipelines: [
      ...new Set([...(incident?.pipelines ?? []), ...own.flatMap(({ pipeline }) => pipeline ?? [])]),
    ],
    since: Math.min(...own.map(({ pendingSince }) => pendingSince)),
    acknowledgedBy: incident?.acknowledgedBy ?? null,
    acknowledgedAt: incident?.acknowledgedAt ?? null,
    ...escalationOf(incident, routes, { isMuted: muted !== null, now }),
    mutedBy: muted?.mutedBy ?? null,
    mutedUntil: muted?.mutedUntil ?? null,
    runbook: incident?.runbook ?? first.runbook,
    actions: uniqueActions(firing.length > 0 ? firing : own),
    alerts: own.map(viewOf),
    mutes: mutes.map(({ id, title, mutedUntil }) => ({ id, title, until: mutedUntil })),
  }
}

function stateOf(
  firing: readonly AlertRecord[],
  incident: IncidentRecord | undefined,
  isMuted: boolean,
): AlertGroup['state'] {
  if (isMuted) return 'muted'
  if (firing.length === 0) return 'pending'
  return incident?.state === 'acknowledged' ? 'acknowledged' : 'firing'
}

function escalationOf(
  incident: IncidentRecord | undefined,
  routes: readonly Route[],
  { isMuted, now }: { isMuted: boolean; now: number },
): Pick<AlertGroup, 'escalatesAt' | 'escalatesTo'> {
  const next = incident && routeOf(routes, incident).steps[incident.escalation]
  if (incident?.state !== 'open' || !next || isMuted || incident.escalateAt === null)
    return { escalatesAt: null, escalatesTo: null }
  return {
    escalatesAt: Math.max(incident.escalateAt, incident.snoozedUntil ?? 0, now),
    escalatesTo: next.says,
  }
}

function uniqueActions(alerts: readonly AlertRecord[]): AlertGroup['actions'] {
  const known = new Map(alerts.flatMap(actionsOf).map((action) => [action.label, action]))
  return [...known.values()]
}

const stateRank: Record<AlertGroup['state'], number> = { firing: 0, acknowledged: 1, pending: 2, muted: 3 }

const byUrgency = (a: AlertGroup, b: AlertGroup): number =>
  stateRank[a.state] - stateRank[b.state] ||
  (a.severity === b.severity ? 0 : a.severity === 'page' ? -1 : 1) ||
  b.since - a.since ||
  (a.cause < b.cause ? -1 : 1)

const warnMs = 20_000
const badMs = 60_000

/** Whether anybody watches, as those see it who read what it wrote. */
export function watcherHealth(mark: WatcherMark | null, now: number): WatcherHealth {
  if (mark === null)
    return {
      lastEvaluatedAt: null,
      health: 'bad',
      says: 'Nobody watches: no round was ever run. Start a process with the role slo.',
      blind: [],
    }
  const ageMs = Math.max(0, now - mark.at)
  const shared = { lastEvaluatedAt: mark.at, blind: mark.blind }
  if (ageMs >= warnMs)
    return {
      ...shared,
      health: ageMs >= badMs ? 'bad' : 'warn',
      says: `Nobody has watched for ${span(ageMs / 1000)}: no alert can fire. Look after the process with the role slo.`,
    }
  if (mark.blind.length > 0 || mark.says !== null)
    return {
      ...shared,
      health: 'warn',
      says: mark.says ?? `The watcher does not see ${mark.blind.join(', ')}.`,
    }
  return { ...shared, health: 'ok', says: `Watched ${span(ageMs / 1000)} ago.` }
}
