import { traceStages, type StageTime, type TraceSpan, type TraceStage, type TraceStatus } from './model'
import type { SpanRow } from './trace-store'

export interface TraceShape {
  name: string
  pipeline: string | null
  startUs: number
  durationUs: number
  status: TraceStatus
  says: string | null
  /** Microseconds by stage, `wait` included; they add up to the duration. */
  stages: Record<string, number>
}

const stageRank = new Map<string, number>(traceStages.map((stage, i) => [stage, i]))

export const stageOf = (stage: string): TraceStage => (stageRank.has(stage) ? (stage as TraceStage) : 'read')

/** What a trace comes to; null without spans. */
export function summariseTrace(spans: readonly SpanRow[]): TraceShape | null {
  const order = waterfall(spans)
  const [first] = order
  if (first === undefined) return null
  const startUs = Math.min(...spans.map((span) => span.startUs))
  const endUs = Math.max(...spans.map(endOf))
  const stages = stageTimes(spans, startUs, endUs)
  const failed = order.find(({ span }) => span.status === 'error')?.span
  return {
    name: first.span.name,
    pipeline: order.find(({ span }) => span.pipeline !== null)?.span.pipeline ?? null,
    startUs,
    durationUs: endUs - startUs,
    status: failed === undefined ? 'ok' : 'error',
    says: failed === undefined ? longest(stages) : errorOf(failed),
    stages,
  }
}

export const endOf = (span: SpanRow): number => span.startUs + span.durationUs

function errorOf({ name, attributes }: SpanRow): string {
  const error = attributes.error
  return typeof error === 'string' && error !== '' ? error.slice(0, 300) : `${name} failed.`
}

const longest = (stages: Record<string, number>): string | null =>
  Object.entries(stages).reduce<[string, number] | null>(
    (most, entry) => (most === null || entry[1] > most[1] ? entry : most),
    null,
  )?.[0] ?? null

/**
 * Each instant belongs to the span under way that began last, so that a parent is left what its children do not
 * take; an instant without one is a wait.
 */
export function stageTimes(
  spans: readonly SpanRow[],
  startUs: number,
  endUs: number,
): Record<string, number> {
  const edges = [...new Set(spans.flatMap((span) => [span.startUs, endOf(span)]))].sort((a, b) => a - b)
  const byStart = [...spans].sort((a, b) => a.startUs - b.startUs || endOf(b) - endOf(a))
  const times: Record<string, number> = {}
  const add = (stage: string, us: number) => {
    if (us > 0) times[stage] = (times[stage] ?? 0) + us
  }
  let open: SpanRow[] = []
  let next = 0
  for (let i = 0; i + 1 < edges.length; i++) {
    const from = edges[i] as number
    const to = edges[i + 1] as number
    open = open.filter((span) => endOf(span) > from)
    for (let span = byStart[next]; span !== undefined && span.startUs <= from; span = byStart[++next])
      if (endOf(span) > from) open.push(span)
    add(open.at(-1)?.stage ?? 'wait', Math.min(to, endUs) - Math.max(from, startUs))
  }
  return times
}

interface Placed {
  span: SpanRow
  depth: number
}

/** Parents before children, earlier before later. A span whose parent is not there stands at the top. */
export function waterfall(spans: readonly SpanRow[]): Placed[] {
  const known = new Map(spans.map((span) => [span.spanId, span]))
  const children = new Map<string | null, SpanRow[]>()
  for (const span of spans) {
    const parent = span.parentId !== null && known.has(span.parentId) ? span.parentId : null
    const siblings = children.get(parent)
    if (siblings === undefined) children.set(parent, [span])
    else siblings.push(span)
  }
  for (const siblings of children.values())
    siblings.sort(
      (a, b) =>
        a.startUs - b.startUs ||
        (stageRank.get(a.stage) ?? 99) - (stageRank.get(b.stage) ?? 99) ||
        a.spanId.localeCompare(b.spanId),
    )
  const placed: Placed[] = []
  const seen = new Set<string>()
  const stack: Placed[] = []
  const push = (parent: string | null, depth: number) => {
    for (const span of (children.get(parent) ?? []).toReversed()) stack.push({ span, depth })
  }
  const drain = () => {
    for (let top = stack.pop(); top !== undefined; top = stack.pop()) {
      if (seen.has(top.span.spanId)) continue
      seen.add(top.span.spanId)
      placed.push(top)
      push(top.span.spanId, top.depth + 1)
    }
  }
  push(null, 0)
  drain()
  // Spans that name one another as parents hang nowhere: ids of a producer's own making may do that.
  for (const span of spans) {
    stack.push({ span, depth: 0 })
    drain()
  }
  return placed
}

/** In the order in which a trace passes its stages, waiting last. */
export function stageList(stages: Record<string, number>): StageTime[] {
  return Object.entries(stages)
    .sort(([a], [b]) => (stageRank.get(a) ?? 99) - (stageRank.get(b) ?? 99))
    .map(([stage, us]) => ({ stage: stage === 'wait' ? 'wait' : stageOf(stage), ms: us / 1_000 }))
}

export const spanView = ({ span, depth }: Placed, startUs: number): TraceSpan => ({
  spanId: span.spanId,
  parentId: span.parentId,
  name: span.name,
  stage: stageOf(span.stage),
  pipeline: span.pipeline,
  startMs: (span.startUs - startUs) / 1_000,
  durationMs: span.durationUs / 1_000,
  depth,
  status: span.status,
  attributes: span.attributes,
  process: span.process,
})
