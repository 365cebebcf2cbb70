import {
  admitEventTrace,
  currentTrace,
  formatTraceparent,
  newSpanId,
  nowUs,
  readTraceparent,
  recordSpan,
  type SpanRecord,
  type TraceContext,
} from '../platform'
import { eventSpanId } from './event-trace'
import type { LogEvent } from './log-event'

/** Events of a request without a trace of their own that go on with the request's, at most. */
const inheritLimit = 16

interface Traced {
  event: LogEvent
  context: TraceContext
  isDuplicate: boolean
}

/** Follows those events of one request that carry a trace; the others cost it a look at one attribute. */
export class GatewayTrace {
  readonly #startUs = nowUs()
  readonly #request: TraceContext | null
  readonly #traced: Traced[] = []
  #appendUs = 0
  #inherited = 0

  constructor(requestTraceparent: string | undefined) {
    this.#request = readTraceparent(requestTraceparent)
  }

  /**
   * An event that was accepted. Where only its request carries a trace it takes that one on, so that those who read
   * the log find it: for a hop from producer to gateway both are the same by the CloudEvents extension.
   */
  take(event: LogEvent): void {
    if (event.attrs.traceparent === undefined && this.#request !== null) this.#inherit(event, this.#request)
    const context = this.#admitted(event.attrs.traceparent)
    if (context !== null) this.#traced.push({ event, context, isDuplicate: false })
  }

  refuse(event: LogEvent, why: string): void {
    const context = this.#admitted(event.attrs.traceparent)
    if (context !== null) this.#fail(context, event, why)
  }

  appending(): void {
    this.#appendUs = nowUs()
  }

  duplicate(event: LogEvent): void {
    for (const item of this.#traced) if (item.event === event) item.isDuplicate = true
  }

  /** The log has them. */
  appended(): void {
    for (const { event, context, isDuplicate } of this.#traced) {
      const spanId = isDuplicate ? newSpanId() : eventSpanId('ingest', context.traceId, event)
      this.#record(context, {
        spanId,
        parentId: parentOf(context),
        name: 'ingest',
        stage: 'gateway',
        startUs: this.#startUs,
        status: 'ok',
        attributes: { ...attributesOf(event), ...(isDuplicate && { duplicate: true }) },
      })
      if (isDuplicate) continue
      this.#record(context, {
        spanId: eventSpanId('append', context.traceId, event),
        parentId: spanId,
        name: 'append',
        stage: 'log',
        startUs: this.#appendUs,
        status: 'ok',
        attributes: { type: event.type },
      })
    }
  }

  failed(error: unknown): void {
    const why = error instanceof Error ? error.message : String(error)
    for (const { context, event } of this.#traced) this.#fail(context, event, why)
  }

  #fail(context: TraceContext, event: LogEvent, why: string): void {
    this.#record(context, {
      spanId: newSpanId(),
      parentId: parentOf(context),
      name: 'ingest',
      stage: 'gateway',
      startUs: this.#startUs,
      status: 'error',
      attributes: { ...attributesOf(event), error: why },
    })
  }

  #inherit(event: LogEvent, request: TraceContext): void {
    if (this.#inherited >= inheritLimit) return
    this.#inherited++
    event.attrs.traceparent = formatTraceparent(request)
  }

  #admitted(traceparent: unknown): TraceContext | null {
    if (traceparent === undefined) return null
    const context = readTraceparent(traceparent)
    return context !== null && admitEventTrace(this.#startUs / 1_000) ? context : null
  }

  #record(
    { traceId, asked }: TraceContext,
    span: Omit<SpanRecord, 'traceId' | 'asked' | 'durationUs'>,
  ): void {
    recordSpan({ ...span, traceId, asked, durationUs: Math.max(0, nowUs() - span.startUs) })
  }
}

/** The request's own span, where it belongs to the same trace; else what the producer named. */
function parentOf({ traceId, spanId }: TraceContext): string {
  const request = currentTrace()
  return request?.traceId === traceId ? request.spanId : spanId
}

const attributesOf = ({ type, source, id }: LogEvent) => ({
  type,
  source: source.slice(0, 200),
  id: id.slice(0, 200),
})
