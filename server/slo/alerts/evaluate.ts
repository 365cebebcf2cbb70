import { coolDownMs, endedMs, type Book, type IncidentRecord, type Look, type Outcome } from './book'
import { group } from './group'
import { live } from './life-cycle'
import { mute } from './mute'
import { tell } from './notify-news'

/**
 * One round, pure: what was known, what is found, what time it is → what is known now, what happened to incidents,
 * and what channels are to be told. Causes are decided before effects, so an effect is never told first.
 */
export function evaluate(previous: Book, look: Look, now: number): Outcome {
  const newId = idsBelow(previous)
  const { alerts: lived, dropped } = live(previous, look, now, newId)
  const muted = mute({ alerts: lived, ended: previous.ended }, look, now)
  const { alerts, incidents, events } = group(previous.incidents, muted, now, newId)
  const news = incidents.flatMap((incident) => {
    const severityBefore = previous.incidents.find(({ id }) => id === incident.id)?.severity ?? null
    const told = tell({ incident, severityBefore, alerts, look, now })
    events.push(...told.events)
    return told.news
  })
  return {
    next: {
      alerts: alerts.filter(({ state }) => state !== 'resolved'),
      ended: [
        ...alerts.filter(({ state }) => state === 'resolved'),
        ...previous.ended.filter(({ resolvedAt }) => now - (resolvedAt ?? 0) < endedMs),
      ],
      incidents: incidents.filter((one) => isKept(one, now)),
    },
    incidents,
    events,
    news,
    dropped,
  }
}

/** Resolved ones may still be opened again. */
const isKept = ({ state, resolvedAt }: IncidentRecord, now: number): boolean =>
  state !== 'resolved' || now - (resolvedAt ?? 0) < coolDownMs

function idsBelow({ alerts, ended, incidents }: Book): () => number {
  let last = Math.min(0, ...[...alerts, ...ended, ...incidents].map(({ id }) => id))
  return () => --last
}
