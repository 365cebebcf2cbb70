import type { AlertView } from '../../slo'
import { familyOf } from './candidates'
import type { Candidate, IncidentListItem, PostmortemFacts } from './model'

interface Known {
  incident: IncidentListItem
  alerts: readonly AlertView[]
  candidates: readonly Candidate[]
  /** When all affected windows were counted by a run that began after the first sign; null: not yet. */
  reconciledAt: number | null
  /** Whether the incident changed served figures at all. */
  concernsWindows: boolean
}

/** The guide's review list, as far as the data tells it. */
export function postmortemFacts(known: Known): PostmortemFacts {
  const { incident, alerts, reconciledAt } = known
  const signs = alerts.map(({ pendingSince }) => pendingSince)
  const fired = alerts.flatMap(({ firingSince }) => (firingSince === null ? [] : [firingSince]))
  const firstSignAt = Math.min(...signs, incident.openedAt)
  const detectedAt =
    fired.length > 0
      ? Math.min(...fired)
      : incident.openedBy === 'alert'
        ? incident.openedAt
        : alerts.length > 0
          ? null
          : incident.openedAt
  const since = (at: number | null, from: number) => (at === null ? null : Math.max(0, at - from))
  return {
    layer: layerAtFault(known),
    firstSignAt,
    detectedAt,
    timeToDetectMs: since(detectedAt, firstSignAt),
    timeToAcknowledgeMs: since(incident.acknowledgedAt, incident.openedAt),
    reconciledAt,
    timeToReconcileMs: since(reconciledAt, firstSignAt),
    timeToResolveMs: since(incident.resolvedAt, incident.openedAt),
    says: { reconcile: sayReconciled(known) },
  }
}

function sayReconciled({ reconciledAt, concernsWindows }: Known): string {
  if (!concernsWindows) return 'No served window was concerned.'
  return reconciledAt === null
    ? 'Batch has not counted all affected windows again yet.'
    : 'Batch has counted all affected windows again and put them in force.'
}

type Layer = PostmortemFacts['layer']

/** From the cause the alerts were grouped by; a burning objective is located by what explains it best. */
function layerAtFault({ incident, candidates }: Known): Layer {
  const layer = layerOf(incident.cause)
  if (layer) return layer
  const [top] = candidates
  if (top?.fit === 'strong' && (top.kind === 'worker' || top.kind === 'dependency'))
    return { name: 'log', why: `${top.title}: what every layer rests on.` }
  if (top?.kind === 'failed job' && top.fit === 'strong') return { name: 'batch', why: top.title }
  return { name: 'none', why: 'The data does not tell: say it by hand.' }
}

function layerOf(cause: string): Layer | null {
  if (cause === 'store' || cause === 'log' || cause.startsWith('workers'))
    return { name: 'log', why: `Its cause is ${cause}, which every layer rests on.` }
  switch (familyOf(cause)) {
    case 'speed':
      return { name: 'speed', why: 'Events waited in the log: the speed layer did not count them in time.' }
    case 'batch':
      return { name: 'batch', why: 'Runs of the batch layer failed or did not come.' }
    case 'late':
      return { name: 'speed', why: 'Events came later than the speed layer waits for them.' }
    case 'drift':
    case 'divergence':
      return { name: 'serving', why: 'What was served differed from what batch found.' }
    case 'duplicates':
    case 'schema':
    case 'absent':
      return { name: 'log', why: 'What producers sent, before any layer counted it.' }
    case 'cost':
      return { name: 'batch', why: 'Recomputes are what a sudden cost comes from, as a rule.' }
    case 'other':
      return null
  }
}
