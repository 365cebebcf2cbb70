import type { TraceKept, TraceSpan, TraceSummary } from '@/server/api'

const kinds: Partial<Record<string, string>> = {
  scheduled: 'Scheduled batch',
  reconcile: 'Reconcile',
  backfill: 'Backfill',
  preview: 'Preview',
  guard: 'Watch after a flip',
  redrive: 'Put back kept events',
  ingest: 'Event by the gateway',
  append: 'Event straight to the log',
  fold: 'Event in the speed layer',
}

/** What a trace is of. */
export const traceTitle = ({ name }: Pick<TraceSummary, 'name'>): string => kinds[name] ?? name

const reasons: Record<TraceKept, string> = {
  error: 'it failed',
  slow: 'it was slow',
  asked: 'its sender asked',
  sampled: 'one of a sample',
}

export const keptWords = (kept: TraceKept | null): string => (kept === null ? 'still open' : reasons[kept])

/** What a span was about, in the order in which a reader asks. */
const order = ['error', 'pipeline', 'partition', 'seq', 'type', 'source', 'id', 'job', 'version', 'rows']

export function attributeRows({ attributes }: Pick<TraceSpan, 'attributes'>): [string, string][] {
  const rank = (name: string) => (order.includes(name) ? order.indexOf(name) : order.length)
  return Object.entries(attributes)
    .filter(([, value]) => value !== null)
    .sort(([a], [b]) => rank(a) - rank(b) || a.localeCompare(b))
    .map(([name, value]) => [name, typeof value === 'string' ? value : JSON.stringify(value)])
}

export interface Place {
  /** Shares of the whole, 0 to 1. */
  left: number
  width: number
}

/** Where a span lies in its trace. */
export function placeOf(span: Pick<TraceSpan, 'startMs' | 'durationMs'>, totalMs: number): Place {
  if (totalMs <= 0) return { left: 0, width: 1 }
  const left = Math.min(1, Math.max(0, span.startMs / totalMs))
  return { left, width: Math.min(1 - left, Math.max(0, span.durationMs / totalMs)) }
}
