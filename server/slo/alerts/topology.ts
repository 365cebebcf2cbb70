/** How a live cause explains other alerts. */
export interface Located {
  cause: string
  pipeline: string | null
  evidence: Record<string, unknown>
}

type Scope = 'all' | 'pipeline' | 'type'

interface Edge {
  from: string
  /** Kinds of cause; of objectives with their indicator: `objective/freshness`. */
  to: string[]
  scope: Scope
}

const speedObjectives = ['objective/freshness', 'objective/event_to_view', 'objective/backlog']
const batchObjectives = [
  'objective/batch',
  'objective/reruns',
  'objective/jobs',
  'objective/reconciliation',
  'objective/correctness',
]
const objectives = ['objective/latency', 'objective/duplicates', ...speedObjectives, ...batchObjectives]
const perPipeline = [
  'speed',
  'batch',
  'drift',
  'divergence',
  'late',
  'duplicates',
  'absent',
  'schema',
  'probe',
]

/**
 * The topology, causes before effects: store and log, workers, archive, speed, batch, what reconciliation finds,
 * objectives. Each row names everything its cause explains, so one look decides.
 */
const edges: Edge[] = [
  {
    from: 'store',
    to: ['workers', 'archive', 'corrections', 'channel', 'watcher', 'cost', ...perPipeline, ...objectives],
    scope: 'all',
  },
  {
    from: 'log',
    to: ['workers', 'archive', 'corrections', 'watcher', ...perPipeline, ...objectives],
    scope: 'all',
  },
  {
    from: 'disk-full',
    to: ['store', 'log', 'workers', 'archive', 'corrections', ...perPipeline, ...objectives],
    scope: 'all',
  },
  { from: 'workers:speed', to: ['speed', 'batch', 'probe', 'absent', ...speedObjectives], scope: 'all' },
  { from: 'workers:archive', to: ['archive', 'batch', ...batchObjectives], scope: 'all' },
  { from: 'workers:batch', to: ['batch', 'corrections', ...batchObjectives], scope: 'all' },
  { from: 'archive', to: ['batch', ...batchObjectives], scope: 'all' },
  { from: 'speed', to: ['batch', 'probe', ...speedObjectives, ...batchObjectives], scope: 'pipeline' },
  { from: 'batch', to: batchObjectives, scope: 'pipeline' },
  { from: 'absent', to: ['batch', ...speedObjectives], scope: 'type' },
  {
    from: 'schema',
    to: ['absent', 'divergence', 'objective/correctness', 'objective/freshness'],
    scope: 'type',
  },
  { from: 'late', to: ['divergence', 'objective/correctness'], scope: 'pipeline' },
  {
    from: 'duplicates',
    to: ['divergence', 'objective/duplicates', 'objective/correctness'],
    scope: 'pipeline',
  },
  { from: 'drift', to: ['divergence', 'objective/correctness'], scope: 'pipeline' },
]

/** How far a cause is from the roots: causes are decided before effects. */
export function depthOf(alert: Located): number {
  const at = edges.findIndex(({ from }) => isKind(alert, from))
  return at < 0 ? edges.length : at
}

/** Whether the first, live, explains the second. */
export const explains = (cause: Located, effect: Located): boolean =>
  cause.cause !== effect.cause &&
  edges.some(
    ({ from, to, scope }) =>
      isKind(cause, from) && to.includes(nodeOf(effect)) && isInScope(scope, cause, effect),
  )

const kindOf = (cause: string) => cause.split(':', 1)[0] ?? cause
const isKind = ({ cause }: Located, from: string) => cause === from || kindOf(cause) === from

function nodeOf({ cause, evidence }: Located): string {
  const kind = kindOf(cause)
  return kind === 'objective' ? `objective/${String(evidence.indicator)}` : kind
}

function isInScope(scope: Scope, cause: Located, effect: Located): boolean {
  if (scope === 'all') return true
  const isSamePipeline = cause.pipeline !== null && cause.pipeline === effect.pipeline
  if (scope === 'pipeline') return isSamePipeline
  const named = cause.evidence.pipelines
  const isNamed = Array.isArray(named) && effect.pipeline !== null && named.includes(effect.pipeline)
  return (
    isSamePipeline ||
    isNamed ||
    (cause.evidence.eventType !== undefined && cause.evidence.eventType === effect.evidence.eventType)
  )
}
