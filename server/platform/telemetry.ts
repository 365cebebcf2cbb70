import { AsyncLocalStorage } from 'node:async_hooks'
import { newSpanId, type TraceContext } from './telemetry-context'
import { telemetryLimits } from './telemetry-limits'

export type SpanAttributes = Record<string, string | number | boolean | null>

/** A piece of work that has ended. */
export interface SpanRecord {
  traceId: string
  spanId: string
  parentId: string | null
  name: string
  /** Which part of the way it is: spans of a stage are added up. */
  stage: string
  /** Epoch microseconds. */
  startUs: number
  durationUs: number
  status: 'ok' | 'error'
  /** Who began the trace asked to have it kept. */
  asked: boolean
  attributes: SpanAttributes
}

interface Telemetry {
  contexts: AsyncLocalStorage<TraceContext>
  spans: SpanRecord[]
  dropped: number
  /** Spans are kept only where something will take them. */
  isTaken: boolean
  second: number
  admitted: number
}

// A process may load this module more than once, as Next does: what is shared hangs on globalThis.
const holder = globalThis as { parallaxTelemetry?: Telemetry }
const telemetry = (holder.parallaxTelemetry ??= {
  contexts: new AsyncLocalStorage<TraceContext>(),
  spans: [],
  dropped: 0,
  isTaken: false,
  second: 0,
  admitted: 0,
})

/** The trace that the caller works for, through awaits and callbacks. */
export const currentTrace = (): TraceContext | undefined => telemetry.contexts.getStore()

export const inTrace = <T>(context: TraceContext, run: () => T): T => telemetry.contexts.run(context, run)

/** Never waits and never throws: a buffer takes it, or it is counted as dropped. */
export function recordSpan(span: SpanRecord): void {
  if (!telemetry.isTaken) return
  if (telemetry.spans.length >= telemetryLimits.bufferedSpans) telemetry.dropped++
  else telemetry.spans.push(span)
}

/** Whether one more event that carries a trace is followed this second. */
export function admitEventTrace(nowMs: number): boolean {
  if (!telemetry.isTaken) return false
  const second = Math.floor(nowMs / 1_000)
  if (second !== telemetry.second) {
    telemetry.second = second
    telemetry.admitted = 0
  }
  if (telemetry.admitted >= telemetryLimits.eventTracesPerSecond) {
    telemetry.dropped++
    return false
  }
  telemetry.admitted++
  return true
}

export function noteDroppedTraces(count: number): void {
  telemetry.dropped += count
}

/** From now on spans are kept, until `stop`: call `take` to have them. */
export function collectSpans(): { take: () => { spans: SpanRecord[]; dropped: number }; stop: () => void } {
  telemetry.isTaken = true
  return {
    take() {
      const { spans, dropped } = telemetry
      telemetry.spans = []
      telemetry.dropped = 0
      return { spans, dropped }
    },
    stop() {
      telemetry.isTaken = false
    },
  }
}

interface Step {
  name: string
  stage: string
  attributes?: SpanAttributes
}

/**
 * Runs a step of the current trace as a span of it; what it does in turn becomes its children. Without a trace it
 * only runs. The step may add attributes to what it is given.
 */
export async function withSpan<T>(step: Step, run: (attributes: SpanAttributes) => Promise<T>): Promise<T> {
  const parent = currentTrace()
  if (parent === undefined) return run({})
  return spanUnder(parent, parent.spanId, step, run)
}

/** As withSpan, as the first span of a trace: `context.spanId` is its own id, `parentId` the caller's span, if any. */
export const withRootSpan = <T>(
  context: TraceContext,
  parentId: string | null,
  step: Step,
  run: (attributes: SpanAttributes) => Promise<T>,
): Promise<T> => traced({ ...context, parentId }, step, run)

const spanUnder = <T>(
  trace: TraceContext,
  parentId: string,
  step: Step,
  run: (attributes: SpanAttributes) => Promise<T>,
): Promise<T> => traced({ ...trace, spanId: newSpanId(), parentId }, step, run)

async function traced<T>(
  { parentId, ...context }: TraceContext & { parentId: string | null },
  { name, stage, attributes = {} }: Step,
  run: (attributes: SpanAttributes) => Promise<T>,
): Promise<T> {
  const startUs = nowUs()
  const given = { ...attributes }
  const record = (status: 'ok' | 'error') => {
    const durationUs = Math.max(0, nowUs() - startUs)
    recordSpan({ ...context, parentId, name, stage, startUs, durationUs, status, attributes: given })
  }
  try {
    const result = await inTrace(context, () => run(given))
    record('ok')
    return result
  } catch (error) {
    given.error ??= error instanceof Error ? error.message.slice(0, 500) : String(error).slice(0, 500)
    record('error')
    throw error
  }
}

/** The system's clock may be set; beyond so much it is followed at once. */
const maxDriftMs = 5
let anchorMs = Date.now() - performance.now()

/** Epoch microseconds; finer than Date.now and never far from it. */
export function nowUs(): number {
  const at = performance.now()
  const wallMs = Date.now()
  // Date.now is cut to the millisecond, so it trails by up to one.
  if (Math.abs(anchorMs + at - wallMs) > maxDriftMs) anchorMs = wallMs - at
  return Math.round((anchorMs + at) * 1_000)
}
