import type { AlertAction } from '../model'
import type { AlertRecord } from './book'

const at = (path: string, label: string): AlertAction => ({ label, href: path })
const instantOf = (value: unknown): number | undefined => (typeof value === 'number' ? value : undefined)
const query = (name: string, value: string) => `${name}=${encodeURIComponent(value)}`

/** What mends an alert: the first is the one to press. */
export function actionsOf({
  rule,
  pipeline,
  evidence,
  objectiveId,
  cause,
}: Pick<AlertRecord, 'rule' | 'pipeline' | 'evidence' | 'objectiveId' | 'cause'>): AlertAction[] {
  if (objectiveId !== null)
    return [at(`/objectives/${encodeURIComponent(objectiveId)}`, 'Open the objective')]
  if (pipeline === null) return [placeOf(rule, cause)]
  const of = query('pipeline', pipeline)
  const recompute = (kind: string, label: string): AlertAction[] => {
    const from = instantOf(evidence.from)
    const to = instantOf(evidence.to)
    return from === undefined || to === undefined || from >= to
      ? []
      : [{ label, plan: { kind, pipeline, from, to, options: {} } }]
  }
  switch (rule) {
    case 'speed.outage':
      return [...speedActions(pipeline, evidence.diagnosis), at(`/debug?${of}`, 'Look into its lag')]
    case 'backlog.growing':
    case 'backlog.retention':
      return [
        { label: 'Pause batch…', plan: { kind: 'pause', pipeline, options: { layer: 'batch' } } },
        at(`/debug?${of}`, 'Look into its lag'),
      ]
    case 'batch.failed':
      return [
        ...recompute('backfill', 'Run it again…'),
        ...jobAction(evidence.jobId),
        at(`/jobs?${of}`, 'See its jobs'),
      ]
    case 'batch.late':
      return [at(`/jobs?${of}`, 'See its jobs')]
    case 'drift':
    case 'divergence.beyond':
      return [at(`/divergence?${of}`, 'See what differs'), ...recompute('reconcile', 'Reconcile…')]
    case 'duplicates.rate':
      return [
        { label: 'Quarantine a producer…', plan: { kind: 'quarantine', pipeline, options: {} } },
        at(`/pipelines/${encodeURIComponent(pipeline)}`, 'See its producers'),
      ]
    case 'cost.anomaly':
    case 'cost.budget':
      return [
        at(`/cost?${of}`, 'See where it went'),
        { label: 'Pause batch…', plan: { kind: 'pause', pipeline, options: { layer: 'batch' } } },
      ]
    default:
      return [at(`/debug?${of}`, 'Look into it')]
  }
}

const jobAction = (id: unknown): AlertAction[] =>
  typeof id === 'string' ? [at(`/jobs?${query('job', id)}`, 'Open the run')] : []

function speedActions(pipeline: string, diagnosis: unknown): AlertAction[] {
  const restart: AlertAction = {
    label: 'Restart speed…',
    plan: { kind: 'restart', pipeline, options: { layer: 'speed', from: { cut: 'last' } } },
  }
  switch (diagnosis) {
    case 'paused':
      return [{ label: 'Resume speed…', plan: { kind: 'resume', pipeline, options: { layer: 'speed' } } }]
    case 'poison':
      return [{ label: 'Quarantine…', plan: { kind: 'quarantine', pipeline, options: {} } }, restart]
    case 'wedged':
      return [restart]
    default:
      return []
  }
}

function placeOf(rule: string, cause: string): AlertAction {
  switch (rule) {
    case 'access.suspicious':
      return at(`/audit?${query('text', cause.slice('access:'.length))}`, 'Search the audit trail')
    case 'notification.failing':
      return at('/settings?section=notifications', 'Open its settings')
    case 'cost.anomaly':
    case 'cost.budget':
      return at('/cost', 'See where it went')
    default:
      return at('/debug', 'Look into it')
  }
}
