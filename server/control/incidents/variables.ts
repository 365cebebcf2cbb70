import type { AlertView } from '../../slo'
import type { Variables } from '../runbooks/model'
import type { IncidentListItem } from './model'

/** Before the first sign by this much: what went wrong began before it was seen. */
const beforeMs = 5 * 60_000

type Told = Pick<AlertView, 'rule' | 'pipeline' | 'evidence' | 'pendingSince' | 'cause'>
type Incident = Pick<IncidentListItem, 'id' | 'cause' | 'pipelines' | 'from' | 'to' | 'openedAt'>

/** The windows an incident is about: as its alerts name them, else from a little before its first sign. */
export function windowsOf(
  incident: Incident,
  alerts: readonly Told[],
  now: number,
): { from: number; to: number } {
  const numbers = (name: string) =>
    alerts.flatMap(({ evidence }) => (typeof evidence[name] === 'number' ? [evidence[name]] : []))
  const froms = numbers('from')
  const tos = numbers('to')
  const signs = alerts.map(({ pendingSince }) => pendingSince)
  const from =
    froms.length > 0 ? Math.min(...froms) : Math.min(...signs, incident.from ?? incident.openedAt) - beforeMs
  const to = tos.length > 0 ? Math.max(...tos) : (incident.to ?? now)
  return { from, to: Math.max(to, from + 1) }
}

/** What a runbook's steps are filled in with. */
export function variablesOf(incident: Incident, alerts: readonly Told[], now: number): Variables {
  const { from, to } = windowsOf(incident, alerts, now)
  const [first] = alerts.filter(({ cause }) => cause === incident.cause)
  const text = (name: string): string | undefined => {
    const found = alerts.map(({ evidence }) => evidence[name]).find((value) => typeof value === 'string')
    return typeof found === 'string' ? found : undefined
  }
  const sources = alerts
    .map(({ evidence }) => evidence.sources)
    .find((value): value is unknown[] => Array.isArray(value))
  const pipeline = first?.pipeline ?? incident.pipelines[0]
  const producer = text('source') ?? (typeof sources?.[0] === 'string' ? sources[0] : undefined)
  const principal = text('who')
  const job = text('jobId')
  return {
    incident: String(incident.id),
    cause: incident.cause,
    from: new Date(from).toISOString(),
    to: new Date(to).toISOString(),
    ...(pipeline !== undefined && { pipeline }),
    ...(first && { rule: first.rule }),
    ...(producer !== undefined && { producer }),
    ...(principal !== undefined && { principal }),
    ...(job !== undefined && { job }),
  }
}
