import type { Route, Severity } from '../model'
import type { AlertRecord, IncidentEvent, IncidentRecord, Look, News } from './book'
import { primary } from './group'
import { channelsOf, routeOf } from './routes'

const minuteMs = 60_000
const hourMs = 60 * minuteMs

interface Telling {
  /** Changed in place: what was told, and when the next step is due. */
  incident: IncidentRecord
  /** Before this round; null: it has just been opened. */
  severityBefore: Severity | null
  alerts: readonly AlertRecord[]
  look: Look
  now: number
}

/**
 * What channels are to be told of an incident now: that it opened (again), a step of its route that is due, a
 * reminder, that somebody took it, that it is over. Held back while all its alerts are muted or it is snoozed.
 */
interface Told {
  news: News[]
  events: IncidentEvent[]
}

const nothing: Told = { news: [], events: [] }

export function tell(telling: Telling): Told {
  const { incident, severityBefore } = telling
  if (incident.state === 'resolved') return { news: tellResolved(incident), events: [] }
  const isNews = incident.told.opened && severityBefore === 'ticket' && incident.severity === 'page'
  if (isHeld(telling)) return incident.state === 'acknowledged' ? tellAcknowledged(telling) : nothing
  if (isNews) return tellWorse(telling)
  if (incident.state === 'acknowledged') return tellAcknowledged(telling)
  return incident.told.opened ? tellNext(telling) : tellOpened(telling)
}

const news = (
  incident: IncidentRecord,
  given: Pick<News, 'kind' | 'channels' | 'nth' | 'says'> & Partial<News>,
): News => ({
  incidentId: incident.id,
  severityBefore: null,
  ...given,
})

function tellResolved(incident: IncidentRecord): News[] {
  const { told, openings } = incident
  if (!told.opened || told.resolved) return []
  incident.told = { ...told, resolved: true }
  return [
    news(incident, { kind: 'resolve', channels: told.channels, nth: String(openings), says: 'It is over.' }),
  ]
}

function isHeld({ incident, alerts, now }: Telling): boolean {
  if (incident.snoozedUntil !== null && incident.snoozedUntil > now) return true
  const own = alerts.filter(({ cause, state }) => cause === incident.cause && state === 'firing')
  return own.length > 0 && own.every(({ mutedBy }) => mutedBy !== null)
}

function tellAcknowledged({ incident, look, now, ...rest }: Telling): Told {
  const { told, openings, acknowledgedAt, acknowledgedBy } = incident
  if (!told.opened) return nothing
  const route = routeOf(look.routes, incident)
  if (!told.acknowledged) {
    incident.told = { ...told, acknowledged: true }
    incident.escalateAt = (acknowledgedAt ?? now) + route.repeatHours * hourMs
    const says = `${acknowledgedBy ?? 'Somebody'} is on it.`
    const nth = `${openings}.${acknowledgedAt ?? now}`
    return { news: [news(incident, { kind: 'acknowledge', channels: told.channels, nth, says })], events: [] }
  }
  const isDue = incident.escalateAt !== null && incident.escalateAt <= now
  if (!isDue || isHeld({ incident, look, now, ...rest })) return nothing
  return { news: [reminder(incident, route, now)], events: [] }
}

/** A ticket has become a page: whoever has it must know, and the route of pages begins. */
function tellWorse(telling: Telling): Told {
  const { incident, look } = telling
  const route = routeOf(look.routes, incident)
  const steps = isForLead(telling) ? route.steps : route.steps.filter(({ afterMinutes }) => afterMinutes <= 0)
  incident.escalation = 0
  const nth = `${incident.openings}.page`
  return send(telling, route, {
    steps: steps.length > 0 ? steps : route.steps.slice(0, 1),
    kind: 'escalate',
    nth,
  })
}

function reminder(incident: IncidentRecord, route: Route, now: number): News {
  const nth = `${incident.openings}.${incident.escalateAt ?? now}`
  incident.escalateAt = now + route.repeatHours * hourMs
  const hours = Math.round((now - incident.openedAt) / hourMs)
  return news(incident, {
    kind: 'update',
    channels: incident.told.channels,
    nth,
    says: `Still going on after ${hours} h.`,
  })
}

function tellOpened(telling: Telling): Told {
  const { incident } = telling
  const route = routeOf(telling.look.routes, incident)
  const due = isForLead(telling) ? route.steps : route.steps.filter(({ afterMinutes }) => afterMinutes <= 0)
  // A route whose first step waits tells nobody at once, and begins to wait.
  const steps = due.length > 0 || route.steps.length === 0 ? due : []
  if (steps.length === 0) return waitForFirst(telling, route)
  return send(telling, route, { steps, kind: 'trigger', nth: String(incident.openings) })
}

function waitForFirst(telling: Telling, route: Route): Told {
  const { incident, now } = telling
  const [first] = route.steps
  if (!first) return nothing
  incident.escalateAt ??= startOf(incident) + first.afterMinutes * minuteMs
  if (incident.escalateAt > now) return nothing
  return send(telling, route, { steps: [first], kind: 'trigger', nth: String(incident.openings) })
}

function tellNext(telling: Telling): Told {
  const { incident, now, look } = telling
  const route = routeOf(look.routes, incident)
  const rest = route.steps.slice(incident.escalation)
  if (isForLead(telling) && rest.length > 0)
    return send(telling, route, { steps: rest, kind: 'escalate', nth: `${incident.openings}.lead` })
  if (incident.escalateAt === null || incident.escalateAt > now) return nothing
  const [step] = rest
  if (!step) return { news: [reminder(incident, route, now)], events: [] }
  const nth = `${incident.openings}.${incident.escalation}`
  return send(telling, route, { steps: [step], kind: 'escalate', nth })
}

function send(
  { incident, severityBefore, alerts, look, now }: Telling,
  route: Route,
  { steps, kind, nth }: { steps: Route['steps']; kind: 'trigger' | 'escalate'; nth: string },
): Told {
  // A channel that fails is not told that it fails.
  const all = look.channels.filter((name) => incident.cause !== `channel:${name}`)
  const channels = channelsOf(steps, all).filter((name) => all.includes(name))
  if (channels.length === 0) return nothing
  incident.escalation += steps.length
  const next = route.steps[incident.escalation]
  incident.escalateAt = next
    ? startOf(incident) + next.afterMinutes * minuteMs
    : now + route.repeatHours * hourMs
  const { told } = incident
  incident.told = { ...told, opened: true, channels: [...new Set([...told.channels, ...channels])] }
  const own = primary(alerts.filter(({ cause, state }) => cause === incident.cause && state === 'firing'))
  const says = own?.says ?? incident.title
  const to = steps.map((step) => step.says).join(', ')
  return {
    news: [
      news(incident, {
        kind,
        channels,
        nth,
        says,
        severityBefore: kind === 'escalate' ? severityBefore : null,
      }),
    ],
    events: [
      {
        incidentId: incident.id,
        at: now,
        kind: 'escalated',
        says: `Told ${to} by ${channels.join(', ')}.`,
        detail: { kind, channels, to },
      },
    ],
  }
}

const startOf = ({ reopenedAt, openedAt }: IncidentRecord) => reopenedAt ?? openedAt

function isForLead({ incident, alerts, look }: Telling): boolean {
  return alerts.some(
    ({ incidentId, state, rule }) =>
      incidentId === incident.id && state === 'firing' && look.rules.get(rule)?.isForLead === true,
  )
}
