/** Traces as the screens and the REST face show them. Instants are epoch ms, with fractions. */

/** The way of an event, of a read, and of a run: in the order in which a trace passes them. */
export const traceStages = [
  'gateway',
  'log',
  'speed',
  'commit',
  'view',
  'read',
  'write',
  'batch',
  'reconcile',
  'publish',
] as const
export type TraceStage = (typeof traceStages)[number]

export type TraceStatus = 'ok' | 'error'

/** Why it was kept; an open trace is not decided on yet. */
export type TraceKept = 'error' | 'slow' | 'asked' | 'sampled'

/** A trace in a list. */
export interface TraceSummary {
  traceId: string
  name: string
  pipeline: string | null
  at: number
  durationMs: number
  status: TraceStatus
  kept: TraceKept | null
  /** The error, or the stage that took longest. */
  says: string | null
  spans: number
  /** Time by stage, in the order of the trace; time in which nothing was done is `wait`. Adds up to the duration. */
  stages: StageTime[]
}

export interface StageTime {
  stage: TraceStage | 'wait'
  ms: number
}

export interface TraceSpan {
  spanId: string
  /** Null: none of this trace that Parallax recorded; a producer's own span is named in `parentId` of the first. */
  parentId: string | null
  name: string
  stage: TraceStage
  pipeline: string | null
  /** From the beginning of the trace. */
  startMs: number
  durationMs: number
  /** Below how many other spans it hangs. */
  depth: number
  status: TraceStatus
  attributes: Record<string, unknown>
  process: string
}

/** A trace whole. Spans in the order of a waterfall: parents before children, earlier before later. */
export interface TraceDetail extends Omit<TraceSummary, 'spans'> {
  spans: TraceSpan[]
  /** More spans were recorded than are shown. */
  isCut: boolean
}

export interface TracesFilter {
  pipeline?: string | null | undefined
  status?: TraceStatus | null | undefined
  kept?: TraceKept | null | undefined
  /** Begun at or after; epoch ms. */
  from?: number | null | undefined
  /** Begun before; epoch ms. */
  to?: number | null | undefined
  /** Longest first instead of newest first. */
  slowest?: boolean | undefined
  limit?: number | undefined
}
